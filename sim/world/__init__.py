"""Pure models of people, calls and carriers."""
