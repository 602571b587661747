"""From cell records to tables, pictures and pages; it knows no task: a task gives it sections."""
