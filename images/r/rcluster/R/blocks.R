# The blocks of a job that are under way, each in a slot of some vectors, so that
# many are handled at once. Slots are used again: R never forgets a name.

new_blocks <- function() {
  list2env(
    list(
      ids = character(), first = numeric(), payload = list(), sent = list(),
      free = integer(), outstanding = 0, bytes = 0
    ),
    parent = emptyenv()
  )
}

# `first`: the first iteration of each block, `count`: how many it has,
# `payload`: what a worker needs, packed, and `sent`: what Redis keeps of that.
# Returns their slots. The id of a block of several iterations is marked: a lost
# one is sent again in parts.
keep_blocks <- function(blocks, first, count, payload, sent) {
  slots <- take_slots(blocks, length(payload))
  mark <- ifelse(count > 1, "+", "")
  blocks$ids[slots] <- sprintf("%d:%.0f%s", slots, first, mark)
  blocks$first[slots] <- first
  blocks$payload[slots] <- payload
  blocks$sent[slots] <- sent
  blocks$outstanding <- blocks$outstanding + length(slots)
  blocks$bytes <- blocks$bytes + sum(lengths(payload))
  slots
}

take_slots <- function(blocks, n) {
  reused <- utils::tail(blocks$free, n)
  blocks$free <- utils::head(blocks$free, length(blocks$free) - length(reused))
  c(reused, seq_len(n - length(reused)) + length(blocks$ids))
}

# The slots of blocks by their ids; NA for those that are forgotten already, and
# for an id that comes again.
find_blocks <- function(blocks, ids) {
  slots <- as.integer(sub(":.*", "", ids))
  known <- blocks$ids[slots] == ids & !duplicated(ids)
  slots[!known | is.na(known)] <- NA
  slots
}

forget_blocks <- function(blocks, slots) {
  blocks$outstanding <- blocks$outstanding - length(slots)
  blocks$bytes <- blocks$bytes - sum(lengths(blocks$payload[slots]))
  blocks$ids[slots] <- ""
  blocks$payload[slots] <- list(NULL)
  blocks$sent[slots] <- list(NULL)
  blocks$free <- c(blocks$free, slots)
}

kept_ids <- function(blocks) blocks$ids[nzchar(blocks$ids)]
