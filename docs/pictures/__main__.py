"""Makes every picture of the docs again.

cd docs && python -m pictures
"""

from __future__ import annotations

from pictures import augmentations, first_hour

if __name__ == "__main__":
    augmentations.main()
    first_hour.main()
