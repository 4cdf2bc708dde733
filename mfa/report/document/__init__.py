"""What a report says: its content, made from results, without any format."""
