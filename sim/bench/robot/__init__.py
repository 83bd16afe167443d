"""The automatic conversation under load, and the time that one turn of it takes."""
