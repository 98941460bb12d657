# The queue's Lua scripts and the keys that they touch.

scripts <- new.env(parent = emptyenv())

# Keys that belong to one job; the others belong to the whole queue.
job_keys <- c(
  "done", "base", "wake", "kills", "env", "blobs", "removed", "news"
)

read_scripts <- function() {
  files <- list.files(system.file("lua", package = "rcluster"), "[.]lua$",
    full.names = TRUE
  )
  for (file in files) {
    lines <- readLines(file)
    from <- grep("^-- KEYS ", lines)
    words <- sub("^-- KEYS ", "", lines[from])
    while (startsWith(lines[from + 1], "--   ")) {
      from <- from + 1
      words <- paste(words, sub("^-- +", "", lines[from]))
    }
    text <- paste0(lines, "\n", collapse = "")
    scripts[[sub("[.]lua$", "", basename(file))]] <- list(
      text = text, keys = strsplit(words, " +")[[1]]
    )
  }
}

script_loads <- function() {
  lapply(script_names(), function(name) {
    list(c("SCRIPT", "LOAD", scripts[[name]]$text))
  })
}

script_names <- function() {
  if (!length(ls(scripts))) read_scripts()
  sort(ls(scripts))
}

key <- function(queue, name, job = "") {
  suffix <- ifelse(name %in% job_keys, paste0(":", job), "")
  paste0("{", queue, "}:", name, suffix)
}

# What a server replied to script_loads().
keep_hashes <- function(replies) {
  names <- script_names()
  for (i in seq_along(names)) {
    scripts[[names[i]]]$sha <- rawToChar(replies[[i]])
  }
}

# The beginning of a call: all but its own arguments. Every connection has
# loaded the scripts.
script_call <- function(name, queue, job = "") {
  script <- scripts[[name]]
  c(
    "EVALSHA", script$sha, length(script$keys), key(queue, script$keys, job)
  )
}
