# At the start of R in the cluster: foreach is there, on the cluster.
local({
  # The worker itself registers nothing, but R started by its tasks does.
  is_worker <- nzchar(Sys.getenv("RCLUSTER_WORKER"))
  Sys.unsetenv("RCLUSTER_WORKER")
  # R's own child processes (R CMD INSTALL, parallel's workers) set this.
  if (is_worker || !is.na(Sys.getenv("R_DEFAULT_PACKAGES", NA))) return()

  cluster <- new.env(parent = baseenv())
  for (file in c("connection", "doredis", "backend")) {
    sys.source(sprintf("/usr/local/lib/rcluster/%s.R", file), cluster)
  }
  settings <- cluster$cluster_settings()
  cluster$use_redis_url(settings)

  setHook(packageEvent("doRedis", "onLoad"), function(...) {
    cluster$adapt_doredis(settings)
  })
  setHook(packageEvent("foreach", "attach"), function(...) {
    cluster$register_lazily(settings)
    if (interactive()) cluster$greet(settings)
  })
  options(defaultPackages = c(getOption("defaultPackages"), "foreach"))
})
