# What a package's description asks for: package names and least versions.
requirements <- function(description) {
  fields <- intersect(c("Depends", "Imports", "LinkingTo"), names(description))
  text <- trimws(unlist(strsplit(description[fields], ",")))
  text <- text[!is.na(text) & nzchar(text)]
  name <- sub("[^A-Za-z0-9.].*", "", text)
  bounded <- grepl(">", text)
  least <- ifelse(bounded, sub(".*>=?\\s*([0-9.-]+).*", "\\1", text), "0")
  data.frame(name = name, least = least)[name != "R", ]
}

at_least <- function(version, least) {
  have <- numeric_version(version, strict = FALSE)
  least == "0" || isTRUE(have >= least)
}

# Where each package comes from: "have", "apt" or "cran". `index` and
# `describe` are functions, so that CRAN is asked only if it is needed.
resolve <- function(entries, have, debian, index, describe) {
  least <- list()
  wanted_by <- list()
  chosen <- character()
  pins <- entries[!is.na(entries$version), ]

  place <- function(name) {
    pin <- pins$version[pins$name == name]
    need <- least[[name]]
    if (length(pin)) {
      if (!at_least(pin, need)) {
        fail(
          "package ", quoted(name), " is pinned to ", pin, " but ",
          quoted(wanted_by[[name]]), " needs at least ", need,
          "; check images/r/packages.txt"
        )
      }
      return("cran")
    }
    ready <- debian[debian_name(name)]
    if (name %in% names(have) && at_least(have[[name]], need)) return("have")
    if (!is.na(ready) && at_least(ready, need)) return("apt")
    if (name %in% rownames(index())) return("cran")
    not_found(name, wanted_by[[name]])
  }

  todo <- entries$name
  least[todo] <- "0"
  while (length(todo)) {
    name <- todo[1]
    todo <- todo[-1]
    from <- place(name)
    if (identical(unname(chosen[name]), from)) next
    chosen[name] <- from
    if (from != "cran") next
    needs <- requirements(describe(name, pins$version[pins$name == name]))
    for (i in seq_len(nrow(needs))) {
      other <- needs$name[i]
      known <- least[[other]]
      if (is.null(known) || numeric_version(known) < needs$least[i]) {
        least[[other]] <- needs$least[i]
        wanted_by[[other]] <- name
      }
      todo <- c(todo, other)
    }
  }
  chosen
}

not_found <- function(name, wanted_by) {
  who <- quoted(name)
  if (length(wanted_by)) {
    who <- paste0(who, " (needed by ", quoted(wanted_by), ")")
  }
  all <- read_index(filters = list())
  if (name %in% rownames(all)) {
    fail(
      "package ", who, " does not fit R ", getRversion(), ": it depends on ",
      all[name, "Depends"], "; name an older version in images/r/packages.txt"
    )
  }
  fail(
    "package ", who, " is neither in Debian nor in the CRAN repository; ",
    "check images/r/packages.txt"
  )
}
