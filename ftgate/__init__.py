"""ftgate: is this fine-tune justified, and will the job do what it should at the expected price?"""

from __future__ import annotations

__version__ = "0.1.0"
