"""Files and folders that are whole or not there: drafts that take their place at once, locks, checksums."""
