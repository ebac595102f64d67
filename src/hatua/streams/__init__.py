"""The durable log between collector and processor: one port (`port.py`), two engines. Only here is redis imported."""
