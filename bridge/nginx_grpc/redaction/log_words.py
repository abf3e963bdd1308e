"""The words of nginx's own messages, and of gRPC's: what the programs say of themselves.

Taken from the texts in nginx 1.22.1 and 1.31.3; those of gRPC from its clients' messages.
"""

from __future__ import annotations

__all__ = ["MESSAGES"]

MESSAGES = frozenset(
    """
    a abort aborted absent absolute accept accepted accepting accepts access account ack
    acknowledged action active actual add added addition addr address addresses adjusted
    adjustment admission aes affine affinity after again age agent aio alert alg algorithm
    algorithms alias alive all alloc allocate allowed alphabet alpn already an ancillary and
    another appear append appl application apply appname apr are arena arg args argument
    arguments aria array as assertion assign assignment assist async asynchronously at atom
    atoms attempt attempted attr attribute aug auth authority authorization autoindex avail
    available back backlog bad balancer balancing base basic basis be bearer because been
    before being between big bin binary bind bio bit bitmalloc bits bittable blk block body
    both bound boundary bpf bracket broken browser bsize bucket buddy buf buffer buffered
    buffers bufs build building built builtin burst busy but by byte byteranges bytes cache
    cacheable cached call callback called calling calm camellia can cancel canceled cancelled
    cannot cap capability capset capture captures catch center cert certificate certificates
    certs chain change changed changes channel char character characters charset charsets
    chdir check child children chmod chown chunk chunked chunks cipher claim class clean
    cleanup client clienthello clone clos close closed closedir closing closure cmd cmov cname
    code coeffs collection collections collision command compare compat compatible compilation
    compile compiler complete completion composition compress compressed compression
    concurrent cond condition conf config configuration configure conflicting conflicts conn
    connect connected connecting connection connections consistent consists constants
    constraint constructor cont contains content context continuation control conversion
    convert converting cookie coordinates copy correct could count counter cpu create created
    creating creation crit crl crop crt crv crypt ctl ctor ctrl ctts ctx curl current curve
    curves cwd cycle cycles data date dav deadline debug dec declaration declared decode
    decoder decoding decompress decrypt decryption default define defined defining definitions
    deflate del delay delayed delaying delete deleting delta denied dependency depends
    deprecated depth derivation derive desc descriptor destination destroy destructor detected
    dev devel device dial dict dictionary did different digest digit dinf dir directive
    directives directory disabled discard disconnected distribution dlclose dlopen dlsym do
    document does doesn domain done double downstream drbg dst due dummy dumps dup duplicate
    duplicated duration during dynamic earlier early ecdsa echo edts edtsget either elapsed
    elements email embed emerg empty enable enc enchttp encoded encoder encoding encrypt
    encrypted end enhance enough enter entries entropy entry env environment eof epoll equal
    err errno error escape escaping etag etc evaluate evaluated evaluating event eventfd
    evicting evp exact exceed exceeded exceeds exception excess excl excluding exec execute
    executing execve exhausted exist existence existing exists exit exited exp expect expected
    expecting expire expired expiring explicit export exported expr expression exps ext exten
    extended extensible extension extensions external extra extract extracting facility factor
    factors fadvise failed failure fallback family fast fastcgi fastopen fatal fcntl feb fetch
    fetched ffile field file filename files filter filtering filters fin final finalize
    finalizer find fingerprint finish finished first flag flags flathsh flow flush flv fly fmt
    fomit fopen for forbidden forced fork format found fragment fragmented frame frames free
    freelist fri from fromdata fstack fstat fstatat ftruncate ftyp full fullinfo fullname
    function gen generate generation generator generic geo geoip get getevents getgrnam
    gethostname getpwnam getrlimit getsockname getsockopt getter getting gindex given gives
    glob global gmt go goaway got greater group groups grpc grpc_message grpc_status grpcurl
    gunzip gzip had half hand handle handled handler handshake handshaking has hash hashed
    have hdlr head header headers hello here high hint hints hit hkdf hook host hostname hpack
    hparams http http11 http2 httpc https huffman ident identifier identity if ignore ignored
    ignoring ikm image implemented import imports ims in inactive inappropriate include
    included inclusion incompatible incomplete incorrect increase increased increment index
    indexed indexing indicated indirect inf inflate info ing inherit inherited init initgroups
    initial initialization initialize input insert inside instance instead instructions
    insufficient int integer intended intermediate internal internally invalid ioctl ipv ipv4
    ipv6 is issuer it iteam item items iums jan java jit job json jul jun just jwt jwx keep
    keepalive key keyalgorithm keygen keylen keymgmt keys keystore keyval kid kill killing kit
    kty label labels lanes language large larger last latest layer least left legacy len
    length less level levels lib library like limit limited limiting line lines lingering link
    linker linux list listen listening literal little live llu llx lms load loaded loader
    loading local location locations lock locked log logged logging long longer looked lookup
    loss low lshift lstat mac mail main making malloc manager mandatory many map mar mask
    master match matches max maximum may mdat mdhd mdia mdsize meaningless media mem memalign
    memcached memory message method min minf minimum minsize misc mismatch missing mixed mkcol
    mkdir mmap mode modified modifier module modules modulus mon moov more much multiblock
    multipart multiple munmap must mutex mutexattr mvhd my naddrs name named names naming near
    need needed negative negotiated neither nested network never new next nginx ngx nid niv
    njs nkey no nobody node nogroup non nonce nonzero nor not nothing notice notify nov now
    nsrvs null num number nxe object objects obsolete obtained occurred ocsp oct of off offset
    ok old on once one oneline only opcode open opendir opening operation opt optimal option
    optional options or order organization origin othername our out output outside overflow
    overflows overlaps override overwrite own owner packets pad padded padding param parameter
    parameters paramgen params parent parse parser partially pass password path pattern
    pcounter pcre peer pending percent periodic perl permission permitted phase php pid ping
    pings pipe pipelined pkcs pkey plain platform point pointer policy poll polling pool port
    pos position positive posix post posted postpone prctl pread preallocated precondition
    preface prefix preload prematurely preread prereading previous previously primary primes
    primitive print priv private probably proc process processes processing profession program
    promise properties property props protector proto protocol protocols protos prototype
    provide provided provider proxy proxying pseudo psk pss pthread ptr pubkey public push
    pushed pushing put pwrite pwritev python qualifier qualifiers query querystring queue
    queued random range rate raw rcvbuf read readdir reading readv ready real realip realpath
    reason receipt received recently recommended record records recovery recursion recv
    recvmsg redeclared redefine redefined redirect redirecting redirection redo ref reference
    referer referrer refresh refused reg regex regexp registration regular rejected rejecting
    relative reload relro remote remove removing rename reopen repeat repeats replace reply
    reported repository reproducible req request requested requesting requestorname requests
    require required requirement requires resend reset resolve resolved resolver resolving
    resource respawn respawned responder response rest ret retcode retest retrieved return
    returned retval reusable reused reusing revocation rewrite rewritten right root rotate
    route rpc rsa rst run running runs salt saltlen same samesite sample samples sat save
    saved saving sbin scgi sched scheme sclient scope script scrl scrypt sct second section
    secure security sees segment selected selector sem send sendfile sending sendmsg sendto
    sent sep serial serialize server servers service session set setaffinity setdetachstate
    setgid setitimer setpriority setproctitle setrlimit setsid setsockopt setting settings
    settype setuid setup severity share shared shmtx short should shutdown sid side sig
    sigaction sigio sigmask sign signal signature signed sigprocmask single size sizeof sizes
    skip skipped slab sleep slice slist slot small smhd sndbuf sni so socket socketpair
    sockets source space spawned spawning special specified split sproxy src ssi ssign ssl
    stacks stale stalled stapling start started stat state statement static status stbl stco
    stderr stdout sticky still stop store stores strategy stream streams string strong stsc
    stsd stss stsz stts stub study sub subchannel subconn subject submit subrequest
    subrequests successful such sun support supported supports suspicious swap switching
    symbol symbols symname sync syntax syslog table takes task tasks tcp temp temporarily
    temporary terminate terminated terminating termination test testbit testing text than that
    the theactual them there this thread threads threshold thu ticket time timed timeout timer
    times timescale timestamp title tkhd tls tlsext tlsv tlv tmp to token too tool total
    trailer trailers trak transfer translation transport traverse tree triggered truncated
    trusted try trying tst ttl tue tunnel type typed udp uid uint unable uname unauthenticated
    unauthorized unavailable unbuffered undefined unescaped unexpected unicode uniform
    unimplemented uninitialized unique unknown unlink unlock unordered unprocessed unreachable
    unrecognized unsafe unset unsupported unterminated unused unwrap up update updating upgr
    upgrade upgraded upstream upstreams urandom uri url usage use used user userid users uses
    using usr usual utc utf utimes uwsgi valid validate validated validation validity value
    values var variable variables vary ved verification verifier verify verifying version via
    view violated virtual vmhd wait waiting waitpid wake walk want warn was watermark wdate we
    wed weight were werror wformat when whencalled where which while whole wildcard window
    windows with without word worker would wrap write writer writev writing written wrong xof
    xslt yet you your zero zone
    routines sslv2 sslv3 tlsv1 tlsv11 tlsv12 tlsv13 number
    """.split()  # noqa: SIM905
)
