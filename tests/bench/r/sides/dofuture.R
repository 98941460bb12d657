# doFuture on future.mirai, whose daemons are mirai's default ones.
side_dofuture <- function() {
  register <- registration(doFuture::registerDoFuture)
  loop <- function(xs, task, chunk = "1") {
    register()
    how <- if (chunk == "1") list(chunk.size = 1) else list(scheduling = 1)
    foreach(x = xs, .options.future = how) %dopar% task(x)
  }
  list(
    chunks = c("1", "auto"),
    start = function(workers) {
      start_daemons(workers, TRUE, NULL)
      options(future.globals.maxSize = Inf)
      future::plan(future.mirai::mirai_cluster)
      warm_up(loop, workers)
    },
    stop = function() {
      future::plan(future::sequential)
      mirai::daemons(0)
    },
    loop = loop
  )
}
