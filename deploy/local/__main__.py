"""`python -m deploy.local`."""

import sys

from deploy.local.run import main

sys.exit(main())
