"""Brazilian basics: documents, telephones, calendar, money."""
