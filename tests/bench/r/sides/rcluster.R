rcluster_queue <- "bench"
rcluster_url <- "redis://127.0.0.1:6379"

side_rcluster <- function() {
  pids <- NULL
  options_of <- function(chunk) if (chunk == "1") list(chunk = 1) else list()
  register <- registration(function() {
    rcluster::registerRCluster(rcluster_queue, rcluster_url)
  })
  loop <- function(xs, task, chunk = "1") {
    register()
    foreach(x = xs, .options.rcluster = options_of(chunk)) %dopar% task(x)
  }
  list(
    chunks = c("1", "auto"),
    start = function(workers) {
      supervisor <- system.file("bin/rcluster-supervisor", package = "rcluster")
      pids <<- vapply(seq_len(workers), function(i) {
        start_process(supervisor, c(
          system.file("lua", package = "rcluster"), rcluster_queue, "10",
          file.path(R.home("bin"), "Rscript"), "-e", "rcluster:::work()",
          rcluster_queue
        ), paste0("REDIS_URL=", rcluster_url))
      }, 0L)
      warm_up(loop, workers)
    },
    stop = function() tools::pskill(pids),
    register = register,
    prepare = function() NULL,
    loop = loop,
    map = function(xs, task, chunk = "1") {
      register()
      rcluster::rcluster_map(xs, task, .options = options_of(chunk))
    }
  )
}
