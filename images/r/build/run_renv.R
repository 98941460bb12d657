# run_renv.R LOCKFILE LIBRARY
arguments <- commandArgs(trailingOnly = TRUE)
.libPaths(c(.libPaths(), "/opt/rcluster/renv"))
source("/opt/rcluster/build/report.R")
source("/opt/rcluster/build/repository.R")
use_repository()
options(
  renv.config.cache.enabled = FALSE, renv.config.sysreqs.check = FALSE,
  renv.consent = TRUE
)
renv::restore(
  project = tempfile("project"), lockfile = arguments[1],
  library = arguments[2], prompt = FALSE,
  repos = if (nzchar(Sys.getenv("REPOS"))) getOption("repos")
)
