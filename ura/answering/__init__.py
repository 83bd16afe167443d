"""Who or what answered a call: a person, a mailbox, an announcement, a tone."""
