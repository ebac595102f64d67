"""The dashboard over HTTP: who may ask, what they may see, and the built pages themselves. Start at `app.py`."""
