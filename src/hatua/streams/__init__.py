"""The durable log between collector and processor: one port (`port.py`), one file per engine. Only here is redis imported."""
