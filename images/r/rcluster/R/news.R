# What is to be known while a task still runs: conditions of the class
# immediateCondition, such as progressr's. They go to the coordinator at once,
# so many a second; the rest goes with the result. Each is counted within its
# iteration, so that none is signalled twice when a body is run again.

news_rate <- 20
most_news <- "200"
news_token <- charToRaw("news")

news <- new.env(parent = emptyenv())

# At the worker, before it runs a block.
start_news <- function(loop) {
  news$loop <- loop
  news$process <- Sys.getpid()
  news$block <- loop$block
  news$used <- FALSE
}

keep_news <- function(condition) {
  # A forked child has the connection of the worker, which it would disturb.
  if (is.null(news$block) || Sys.getpid() != news$process) return(invisible())
  if (!news$used) {
    news$used <- TRUE
    news$waiting <- list()
    news$open <- TRUE
    news$sent <- FALSE
    news$counted <- 0
  }
  if (news$counted != news$iteration) {
    news$counted <- news$iteration
    news$count <- 0
  }
  news$count <- news$count + 1
  n <- length(news$waiting)
  if (n >= most_captured) return(invisible())
  news$waiting[[n + 1]] <- list(
    iteration = news$iteration, count = news$count, condition = condition
  )
  if (news$open && may_send_news()) send_news()
}

name_block <- function(block) {
  list(slot = block$slot, first = block$first, count = length(block$args))
}

# A bucket of one second's worth: what comes in a burst goes out at once, too.
may_send_news <- function() {
  time <- now()
  gained <- if (is.null(news$last)) Inf else (time - news$last) * news_rate
  budget <- min(sum(news$budget, gained), news_rate)
  news$last <- time
  news$budget <- budget - (budget >= 1)
  budget >= 1
}

# One try: news is not worth waiting for. What is lost on the way is told once
# more with the result.
send_news <- function() {
  loop <- news$loop
  bytes <- pack(c(name_block(news$block), list(items = news$waiting)))
  news$open <- !is_large(bytes)
  if (!news$open) return(invisible())
  news$sent <- TRUE
  told <- .Call(rc_call, loop$con$pointer, list(
    c(script_call("tell", loop$queue, loop$job_id), loop$job_id, most_news),
    bytes
  ), 2)
  if (identical(told, 1)) news$waiting <- list()
  news$open <- is.numeric(told)
}

# What a result takes along: NULL if there was none.
rest_of_news <- function() {
  news$block <- NULL
  if (news$used) list(sent = news$sent, items = news$waiting)
}

# At the coordinator: whether the bell's token says so. If nothing rang, the
# token may be lost.
rings_for_news <- function(bell) {
  is.null(bell) || identical(bell[[2]], news_token)
}

hear_news <- function(job) {
  heard <- redis_call(job$con, list(c(
    "LPOP", key(job$queue, "news", job$id), most_news
  )))
  for (bytes in heard) {
    told <- unserialize(bytes)
    signal_news(job, told, told$items)
  }
}

# What came with results.
hear_rest <- function(job, results) {
  for (i in which(lengths(results$news) > 0)) {
    rest <- results$news[[i]]
    if (rest$sent) hear_news(job)
    block <- lapply(results[c("slot", "first", "count")], `[`, i)
    signal_news(job, block, rest$items)
  }
}

# Of a block whose result is not accepted yet.
signal_news <- function(job, block, items) {
  blocks <- job$blocks
  for (item in items) {
    if (!is_wanted(blocks, block$slot, block$first, block$count)) {
      return(invisible())
    }
    heard <- blocks$heard[[block$slot]]
    before <- heard[item$iteration]
    if (length(before) && !is.na(before) && item$count <= before) next
    heard[item$iteration] <- item$count
    blocks$heard[[block$slot]] <- heard
    signal_event(item$condition)
  }
}
