# doRedis as CRAN has it. It has no automatic chunks.
doredis_queue <- "stock"

side_doredis <- function() {
  pids <- NULL
  register <- NULL
  loop <- function(xs, task, chunk = "1") {
    register()
    foreach(x = xs) %dopar% task(x)
  }
  prepare <- function() {
    register <<- registration(function() {
      doRedis::registerDoRedis(doredis_queue)
    })
  }
  list(
    prepare = prepare,
    chunks = "1",
    start = function(workers) {
      prepare()
      code <- sprintf("doRedis::redisWorker('%s')", doredis_queue)
      pids <<- vapply(seq_len(workers), function(i) {
        start_process(file.path(R.home("bin"), "Rscript"), c("-e", code))
      }, 0L)
      warm_up(loop, workers)
    },
    stop = function() {
      doRedis::removeQueue(doredis_queue)
      tools::pskill(pids)
    },
    loop = loop
  )
}
