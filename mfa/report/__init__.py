"""What people read: tables, figures and the folder of a run."""
