// Scripts of the master's shell. What arrives is put aside first; a stream that breaks off is no gzip file, so that
// tar fails and the trap clears up.
const receiveScript = `
set -e
if [ "$2" = into ] || [ -d "$1" ]; then folder=$1; mkdir -p "$folder"; else folder=$(dirname "$1"); name=$(basename "$1"); fi
[ -d "$folder" ] || { echo "there is no folder $folder on the master" >&2; exit 1; }
aside=$(mktemp -d "$folder/.rcluster.XXXXXX")
trap 'rm -rf "$aside"' EXIT
tar -xz -C "$aside" --no-same-owner
found=$(ls -A "$aside")
to=$folder/\${name:-$found}
if [ -d "$to" ] && [ -d "$aside/$found" ]; then cp -a "$aside/$found/." "$to"; else mv -T "$aside/$found" "$to"; fi
`;

const sendScript = `
[ -e "$1" ] || exit 4
tar -chz -C "$(dirname "$1")" "./$(basename "$1")"
`;

/** The command that unpacks one file or folder at a path. */
export function receive(to: string, into: boolean): string[] {
  return ["sh", "-c", receiveScript, "sh", to, into ? "into" : "as"];
}

/** The command that packs a file or folder; it ends with 4 if there is none. */
export function send(from: string): string[] {
  return ["sh", "-c", sendScript, "sh", from];
}
