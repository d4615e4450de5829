"""The demo page is imported by name, as a helper of these tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
