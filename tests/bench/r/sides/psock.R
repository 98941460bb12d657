# doParallel on sockets; its "auto" is prescheduling, one chunk a worker.
side_psock <- function() {
  cluster <- NULL
  register <- NULL
  list(
    chunks = c("1", "auto"),
    start = function(workers) {
      cluster <<- parallel::makeCluster(workers)
      register <<- registration(function() {
        doParallel::registerDoParallel(cluster)
      })
    },
    stop = function() parallel::stopCluster(cluster),
    loop = function(xs, task, chunk = "1") {
      register()
      foreach(
        x = xs, .options.snow = list(preschedule = chunk == "auto")
      ) %dopar% task(x)
    }
  )
}
