"""What an evidence pack says of a day: its broadcasts person by person, and who approved what."""
