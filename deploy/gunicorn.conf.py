"""How gunicorn serves a service's `api`, the same on every way of running it.

Environment: BIND (address:port), API_WORKERS (processes, default 1), API_THREADS (requests at once
in each, default 16), API_KEEPALIVE (seconds, default 75).
"""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("API_WORKERS", "1"))
worker_class = "gthread"  # requests wait for the database, not for the processor
threads = int(os.environ.get("API_THREADS", "16"))
keepalive = int(os.environ.get("API_KEEPALIVE", "75"))  # longer than a gateway keeps its side (60)

timeout = 60  # seconds without a sign of life from a worker; longer than a feed's long poll
graceful_timeout = 20  # seconds to finish what is being answered
preload_app = False  # a MongoDB client must be made after the fork

# The heartbeat file on a disk would hold a worker up when the disk is slow.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

accesslog = None  # the app logs each request itself, with its id
errorlog = "-"
loglevel = "warning"
control_socket_disable = True  # it would stand in the home folder, one for all services
