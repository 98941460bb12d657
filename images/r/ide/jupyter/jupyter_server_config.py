# JupyterLab on the master: /data, one password, for this machine's user.
import os
from pathlib import Path

from jupyter_server.auth import passwd

c = get_config()  # noqa: F821 - given by Jupyter

password = Path(os.environ["RCLUSTER_IDE_PASSWORD_FILE"]).read_text()
c.IdentityProvider.token = ""  # none in any address
c.PasswordIdentityProvider.hashed_password = passwd(password)
c.PasswordIdentityProvider.allow_password_change = False

c.ServerApp.ip = os.environ["RCLUSTER_IDE_ADDRESS"]
c.ServerApp.port = 8888
c.ServerApp.port_retries = 0
# Whoever comes by another name than this machine's own is a page elsewhere.
c.ServerApp.allow_remote_access = False
c.ServerApp.local_hostnames = ["localhost", "127.0.0.1"]

c.ServerApp.root_dir = "/data"
c.ServerApp.open_browser = False
c.ServerApp.quit_button = False
c.ServerApp.terminado_settings = {"shell_command": ["/bin/bash"]}
c.FileContentsManager.delete_to_trash = False
c.MultiKernelManager.default_kernel_name = "ir"
c.KernelSpecManager.ensure_native_kernel = False
c.LabApp.extension_manager = "readonly"
c.Application.log_level = "WARN"
