# A job at its coordinator: hands out blocks, keeps each until its result is
# accepted, and puts right what Redis or a worker lost.

job_ttl <- "600000"
most_blocks <- 2000
most_collected <- 200
most_bytes <- 64 * 2^20

# `description`: what workers need to run an iteration (see prepare_job).
# `total`: the number of iterations; NA if nobody knows it before the end.
new_job <- function(con, queue, description, options = loop_options(NULL),
                    total = NA) {
  job <- new.env(parent = emptyenv())
  job$con <- con
  job$queue <- queue
  job$id <- unique_id()
  job$pointers <- options$pointers
  description$fresh <- options$fresh
  job$description <- pack_checked(
    description, if (job$pointers == "stop") check_description(description)
  )
  job$weight <- as.character(options$weight)
  job$total <- total
  job$began <- as.numeric(Sys.time()) * 1000
  job$timeout <- options$timeout
  job$sequence <- 0
  job$blocks <- new_blocks()
  job$acknowledged <- 0
  job$full <- FALSE
  job$pending <- integer()
  job$urgent <- integer()
  job$calls <- lapply(
    setNames(nm = c("submit", "collect", "reconcile", "finish")),
    function(name) script_call(name, queue, job$id)
  )
  job$bell <- c("BLPOP", key(queue, "wake", job$id))
  job$announced <- FALSE
  con$said <- NULL
  on.exit(if (!job$announced) end_job(job))
  announce(job)
  job
}

# Makes the job known: its coordinator's connection first, so that the end of it
# is noticed whenever it comes; then variables and time limit. Where Redis has
# the variables, nothing is sent that a full one would refuse.
announce <- function(job) {
  repeat {
    epoch <- job$con$epoch
    connection <- describe_connection(job$con)
    sent <- if (!(job$announced && has_variables(job))) {
      ours <- list(c(
        "HSET", key(job$queue, "clients"), paste0("job:", job$id), connection
      ))
      if (is_large(job$description)) redis_call(job$con, ours)
      list(ours, list(
        c("SET", key(job$queue, "env", job$id)),
        send_large(job$con, job$queue, job$id, job$description)
      ))
    }
    redis_pipeline(job$con, c(sent, list(
      list(script_call("announce", job$queue), c(
        job$id, job_ttl, sprintf("%.0f", job$timeout * 1000), connection
      ))
    )))
    job$announced <- TRUE
    job$epoch <- epoch
    job$reported <- now()
    if (job$con$epoch == epoch) return(invisible())
  }
}

# Which run of Redis, and which of its clients.
describe_connection <- function(con) {
  if (!identical(con$described, con$epoch)) {
    replies <- redis_pipeline(con, list(
      list(c("CLIENT", "ID")), list(c("INFO", "server"))
    ))
    run <- sub(".*run_id:([0-9a-f]+).*", "\\1", rawToChar(replies[[2]]))
    con$description <- sprintf("%s:%.0f", run, replies[[1]])
    con$described <- con$epoch
  }
  con$description
}

has_variables <- function(job) {
  variables <- key(job$queue, "env", job$id)
  if (is_large(job$description)) return(has_all_parts(job$con, variables))
  redis_call(job$con, list(c("EXISTS", variables))) == 1
}

# Adds blocks; exchange() sends them. `first`: the first iteration of each,
# `args` and `seeds`: a list for each, of its iterations. `urgent`: ahead of all
# others. `heard`: how much news of each block's iterations came before.
add_blocks <- function(job, first, args, seeds = NULL, urgent = FALSE,
                       heard = NULL) {
  slots <- take_slots(job$blocks, length(args))
  check <- job$pointers == "stop"
  payload <- lapply(seq_along(args), function(i) {
    pack_checked(list(
      slot = slots[i], first = first[i], args = args[[i]], seeds = seeds[[i]]
    ), if (check) check_block(first[i], args[[i]]))
  })
  sent <- payload
  for (i in which(lengths(payload) > inline_bytes)) {
    sent[[i]] <- send_large(job$con, job$queue, job$id, payload[[i]])
  }
  keep_blocks(job$blocks, slots, first, lengths(args), payload, sent, heard)
  line <- if (urgent) "urgent" else "pending"
  job[[line]] <- c(job[[line]], slots)
}

submit_command <- function(job, slots, weight) {
  job$sequence <- job$sequence + 1
  blocks <- vector("list", 2 * length(slots))
  blocks[c(TRUE, FALSE)] <- block_ids(job$blocks, slots)
  blocks[c(FALSE, TRUE)] <- job$blocks$sent[slots]
  c(list(job$calls$submit, c(
    job$id, as.character(job$sequence), weight
  )), blocks)
}

collect_command <- function(job, acknowledged = job$acknowledged) {
  list(job$calls$collect, c(
    job$id, sprintf("%.0f", acknowledged), as.character(most_collected), job_ttl
  ))
}

# Sends pending blocks and returns results; if there are none waits up to `wait`
# seconds for one. All in one go, which saves a round trip each.
exchange <- function(job, wait = 0) {
  lines <- take_lines(job)
  commands <- lapply(names(lines), function(line) {
    weight <- if (line == "urgent") "0" else job$weight
    submit_command(job, lines[[line]], weight)
  })
  # With more than one collect's worth there, its token may be taken already.
  waits <- wait > 0 && !job$full
  if (waits) {
    commands <- c(commands, list(list(c(job$bell, wait))))
  }
  commands <- c(commands, list(collect_command(job)))
  replies <- redis_pipeline(job$con, commands, spare = length(lines))
  if (job$con$epoch != job$epoch || !is_known(replies[[1]])) {
    return(catch_up(job))
  }
  n <- length(replies)
  if (waits && rings_for_news(replies[[n - 1]])) hear_news(job)
  results <- accept_replies(job, replies[[n]])
  refused <- put_back(job, lines, replies)
  if (refused && !length(results$slot)) {
    say_full(job$con)
    wait_a_little()
  }
  results
}

# The blocks that wait to be sent, in the order in which they are.
take_lines <- function(job) {
  lines <- Filter(length, list(urgent = job$urgent, pending = job$pending))
  job$urgent <- integer()
  job$pending <- integer()
  lines
}

# What a full Redis refused: taking results makes room for it.
put_back <- function(job, lines, replies) {
  refused <- lines[vapply(replies[seq_along(lines)], is_full, NA)]
  for (line in names(refused)) job[[line]] <- c(refused[[line]], job[[line]])
  length(refused) > 0
}

# Scripts of a job say -1 if Redis knows nothing of it.
is_known <- function(reply) is.null(reply) || !identical(reply[[1]], -1)

check_removed <- function(reply) {
  if (reply[[1]] == -2) {
    stop("the job was removed from the queue", call. = FALSE)
  }
}

accept_replies <- function(job, reply) {
  base <- reply[[1]]
  check_removed(reply)
  if (base < 0) return(catch_up(job))
  job$full <- length(reply) > most_collected
  job$acknowledged <- base + length(reply) - 1
  open_results(job, reply[-1])
}

# What workers sent, less what is counted already: columns (see results.h).
open_results <- function(job, replies) {
  kind <- .Call(rc_first_bytes, replies)
  failures <- kind >= as.raw(0x30) & kind <= as.raw(0x39)
  packed <- replies[!failures]
  for (i in which(kind[!failures] == as.raw(0x40))) {
    packed[i] <- list(fetch_large(job$con, packed[[i]]))
    drop_large(job$con, job$queue, job$id, replies[!failures][[i]])
  }
  gone <- vapply(packed, is.null, NA)
  results <- .Call(rc_open_results, packed[!gone])
  hear_rest(job, results)
  wanted <- with(results, is_wanted(job$blocks, slot, first, count))
  forget(job, results$slot[wanted])
  if (!all(wanted)) results <- lapply(results, `[`, wanted)
  for (reply in replies[failures]) {
    results <- join_results(results, open_failure(job, rawToChar(reply)))
  }
  results
}

no_results <- function() .Call(rc_open_results, list())

join_results <- function(some, more) {
  if (is.null(more)) some else Map(c, some, more[names(some)])
}

# "1:12 failed why", "1:12+ lost why", which is sent again one by one, or "1:12
# gone why" if Redis lost a part of what the worker needs.
open_failure <- function(job, text) {
  parts <- regmatches(text, regexec("^(\\S+) (\\S+) (.*)$", text))[[1]]
  if (parts[3] == "gone") job$epoch <- -1L # the next exchange catches up
  slot <- find_ids(job$blocks, parts[2])
  if (is.na(slot) || parts[3] == "gone") return(NULL)
  first <- job$blocks$first[slot]
  block <- unserialize(job$blocks$payload[[slot]])
  heard <- job$blocks$heard[[slot]]
  forget(job, slot)
  if (parts[3] == "lost") {
    iterations <- seq_along(block$args)
    add_blocks(job, first + iterations - 1, singly(block$args),
      singly(block$seeds),
      urgent = TRUE, heard = if (!is.null(heard)) as.list(heard[iterations])
    )
    return(NULL)
  }
  list(
    slot = slot, first = first, count = 1L, seconds = NA_real_, special = TRUE,
    values = list(list(simpleError(parts[4]))), events = list(list()),
    news = list(NULL)
  )
}

forget <- function(job, slots) {
  large <- lengths(job$blocks$payload[slots]) > inline_bytes
  for (bytes in job$blocks$sent[slots[large]]) {
    drop_large(job$con, job$queue, job$id, bytes)
  }
  forget_blocks(job$blocks, slots)
}

# After a lost connection, or when nothing has come for long: reads all results
# again, and sends again what neither waits nor runs.
catch_up <- function(job) {
  results <- no_results()
  repeat {
    epoch <- job$con$epoch
    announce(job)
    job$acknowledged <- 0
    reply <- redis_call(job$con, collect_command(job, 0))
    check_removed(reply)
    while (length(reply) > 1) {
      results <- join_results(results, accept_replies(job, reply))
      reply <- redis_call(job$con, collect_command(job))
    }
    job$pending <- integer()
    job$urgent <- integer()
    ids <- kept_ids(job)
    for (some in split(ids, ceiling(seq_along(ids) / 200))) {
      missing <- redis_call(job$con, list(
        job$calls$reconcile, c(job$id, some)
      ))
      missing <- vapply(missing, rawToChar, "")
      if (length(missing)) send_again(job, missing)
    }
    if (job$con$epoch == epoch) return(results)
  }
}

send_again <- function(job, ids) {
  slots <- find_ids(job$blocks, ids)
  for (slot in slots) {
    payload <- job$blocks$payload[[slot]]
    if (!is_large(payload)) next
    drop_large(job$con, job$queue, job$id, job$blocks$sent[[slot]])
    job$blocks$sent[[slot]] <- send_large(job$con, job$queue, job$id, payload)
  }
  job$urgent <- c(job$urgent, slots)
}

kept_ids <- function(job) block_ids(job$blocks, kept_slots(job$blocks))

# Leaves nothing of the job in Redis.
end_job <- function(job) {
  set <- key(job$queue, "blobs", job$id)
  blobs <- redis_pipeline(job$con, list(
    # First, so that no worker adds to the values that are removed next.
    list(c("ZREM", key(job$queue, "jobs"), job$id)), list(c("SMEMBERS", set))
  ))[[2]]
  if (length(blobs)) {
    redis_call(job$con, list(c("UNLINK", vapply(blobs, rawToChar, ""))))
  }
  ids <- kept_ids(job)
  redis_call(job$con, list(job$calls$finish, c(job$id, ids)))
}
