"""What runs beside the screens: questions, fresh data, settings, the clipboard."""
