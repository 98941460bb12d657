# plan.R DIR: decides where the packages of DIR/packages.txt come from. Writes
# DIR/apt-r (for apt) and DIR/check (to be loaded in the end) and fetches the
# rest into a small repository, /opt/rcluster/src.
build <- "/opt/rcluster/build"
for (file in c("report", "entries", "debian", "repository", "resolve")) {
  source(file.path(build, paste0(file, ".R")))
}

contrib <- "/opt/rcluster/src/contrib"

installed_versions <- function() {
  all <- utils::installed.packages()[, c("Package", "Version"), drop = FALSE]
  all <- all[!duplicated(all[, "Package"]), , drop = FALSE]
  stats::setNames(all[, "Version"], all[, "Package"])
}

# The lock decides on what it names.
without_locked <- function(entries, locked, have) {
  clash <- entries$name %in% locked & !is.na(entries$version) &
    entries$version != have[entries$name]
  if (any(clash)) {
    fail(
      "package ", quoted(entries$name[clash][1]), " has another version in ",
      "renv.lock; check images/r/packages.txt"
    )
  }
  entries[!entries$name %in% locked, ]
}

description_of <- function(name, pin, index) {
  if (!length(pin)) return(index()[name, ])
  file <- file.path(contrib, sprintf("%s_%s.tar.gz", name, pin))
  if (!file.exists(file) && !fetch_version(name, pin, contrib)) {
    fail(
      "package ", quoted(name), " has no version ", pin,
      " in the CRAN repository; check images/r/packages.txt"
    )
  }
  tarball_description(file, name)
}

fetch_all <- function(names, index) {
  if (length(names)) {
    got <- utils::download.packages(
      names, contrib,
      available = index(), type = "source", quiet = TRUE
    )
    lost <- setdiff(names, got[, 1])
    if (length(lost)) {
      fail("package ", quoted(lost[1]), " could not be downloaded")
    }
  }
  tools::write_PACKAGES(contrib, type = "source")
}

main(function(dir) {
  unlink(contrib, recursive = TRUE)
  dir.create(contrib, recursive = TRUE)
  use_repository()
  have <- installed_versions()
  locked <- lines_of(file.path(dir, "locked"))
  listed <- read_entries(file.path(dir, "packages.txt"))
  entries <- without_locked(listed, locked, have)

  cache <- NULL
  index <- function() {
    if (is.null(cache)) cache <<- read_index()
    cache
  }
  describe <- function(name, pin) description_of(name, pin, index)
  debian <- if (nrow(entries)) debian_versions() else character()
  chosen <- resolve(entries, have, debian, index, describe)

  from <- function(place) names(chosen)[chosen == place]
  pinned <- entries$name[!is.na(entries$version)]
  fetch_all(setdiff(from("cran"), pinned), index)
  writeLines(
    sprintf("%s", debian_name(from("apt")))[length(from("apt")) > 0],
    file.path(dir, "apt-r")
  )
  writeLines(union(locked, listed$name), file.path(dir, "check"))
  message(
    length(from("apt")), " R packages from Debian, ",
    length(from("cran")), " from CRAN"
  )
})
