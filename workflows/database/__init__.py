"""Opening the database, its tables, and what it means when it can't be used."""
