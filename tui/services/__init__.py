"""Services beside the screens: running questions, freshness of data, settings, the clipboard."""
