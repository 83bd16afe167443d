"""What everything rests on: settings, state folder, database, embedded servers."""
