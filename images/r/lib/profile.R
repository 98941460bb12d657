# At the start of R in the cluster: foreach is there, on the cluster.
local({
  is_worker <- nzchar(Sys.getenv("RCLUSTER_WORKER"))
  # R's own child processes (R CMD INSTALL, parallel's workers) set this.
  if (is_worker || !is.na(Sys.getenv("R_DEFAULT_PACKAGES", NA))) return()

  setHook(packageEvent("foreach", "attach"), function(...) {
    rcluster::register_lazily()
    if (interactive()) rcluster::greet()
  })
  options(defaultPackages = c(getOption("defaultPackages"), "foreach"))
})
