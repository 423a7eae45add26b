# A container's keeper: outlives the engine, writes the process id to DIR/pid and the exit code to DIR/exit.
# Usage: shim.sh outside|inside DIR WORKDIR COMMAND...
# DIR/prelude.sh, when there, is for a mount namespace of our own: it says what to mount where.
where=$1
dir=$2
workdir=$3
if [ "$where" = outside ]; then
  # 3 is the engine's: a word there says that the command begins.
  # Opened before anything is mounted over the folder they are in.
  exec 4>"$dir/exit" 5>"$dir/pid"
  if [ -p "$dir/stdin" ]; then
    # Writers come and go: the holder keeps the pipe open meanwhile, and when it ends the input has ended.
    sleep 2147483647 >"$dir/stdin" 3>&- 4>&- 5>&- &
    echo "$!" >"$dir/stdin.pid"
    exec <"$dir/stdin"
  fi
fi
# Our own tools, whatever the container's PATH is.
given=$PATH
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
shared=
layers=0
refuse() {
  echo "$1" >&2
  echo 128 >&4
  exit 128
}

# overlay DIR: the same contents, but new names in it are ours alone and gone with the container.
overlay() {
  if [ "$layers" = 0 ]; then
    mkdir -p "$dir/scratch"
    mount -t tmpfs -o size=16m tmpfs "$dir/scratch" || return 1
  fi
  layers=$((layers + 1))
  layer=$dir/scratch/$layers
  mkdir "$layer" "$layer/upper" "$layer/work"
  mount -t overlay -o "lowerdir=$1,upperdir=$layer/upper,workdir=$layer/work" overlay "$1" 2>/dev/null
}
# shadow FROM AT: a new folder whose names are those of FROM.
shadow() {
  mkdir -p "$2"
  mount -t tmpfs -o size=16m tmpfs "$2" || return 1
  for entry in "${1%/}"/* "${1%/}"/.[!.]*; do
    name=${entry##*/}
    if [ -L "$entry" ]; then cp -P "$entry" "$2/$name"
    elif [ -d "$entry" ]; then mkdir "$2/$name" && mount --rbind "$entry" "$2/$name"
    elif [ -e "$entry" ]; then : >"$2/$name" && mount --bind "$entry" "$2/$name"
    fi
  done
}
ours() {
  IFS=:
  for one in $shared; do
    [ -n "$one" ] && case $1/ in "$one"/*) unset IFS; return 0 ;; esac
  done
  unset IFS
  return 1
}
# tops DIR...: a name at the top that the machine does not have needs a root of our own.
tops() {
  [ "$where" = inside ] && return
  for top in "$@"; do [ -e "$top" ] || alone=yes; done
}
# place SOURCE TARGET d|f ro|rw
place() {
  if [ ! -e "$2" ]; then
    parent=$2
    while [ -n "$parent" ] && [ ! -e "$parent" ]; do parent=${parent%/*}; done
    if [ -n "$parent" ] && ! ours "$parent"; then
      overlay "$parent" || { shadow "$parent" "$dir/shadow" && mount --move "$dir/shadow" "$parent"; } ||
        refuse "cannot make a mount point at $2"
      shared=$shared:$parent
    fi
    if [ "$3" = f ]; then mkdir -p "${2%/*}" && : >"$2"; else mkdir -p "$2"; fi
  fi
  mount --rbind "$1" "$2" || refuse "cannot mount $1 at $2"
  if [ "$4" = ro ]; then mount -o remount,bind,ro "$2" || refuse "cannot make $2 read-only"
  else shared=$shared:$2
  fi
}

alone=
if [ -f "$dir/prelude.sh" ]; then
  . "$dir/prelude.sh"
  if [ -n "$alone" ] && [ "$where" = outside ]; then
    shadow / "$dir/root" || refuse 'cannot make a root folder'
    shift
    exec chroot "$dir/root" /usr/bin/env PATH="$given" /bin/sh "$0" inside "$@"
  fi
fi
shift 3
PATH=$given
cd "$workdir" || refuse "no folder $workdir to work in"
# Caught, not ignored: the command starts with the signals as they are, and we stay to see how it ends.
trap : TERM INT HUP QUIT
/bin/sh -c 'echo $$ >&5; echo begins >&3; exec "$@" 3>&- 4>&- 5>&-' sh "$@"
echo "$?" >&4
# The end of the first process is the end of the container.
kill -KILL 0
