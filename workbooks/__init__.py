"""Excel: open received files, read them with true addresses, write templates and reports. Imports schemas only."""
