/// A command and its argument, as they stand in one line (RFC 959 §5.3).
struct FTPCommand: Equatable {
    /// RFC 959 §4.1, RFC 1123 §4.1.3.1 (the X forms), RFC 2228 and 4217 (AUTH, PBSZ, PROT), 2389 (FEAT, OPTS), 2428 (EPRT, EPSV),
    /// 2640 (LANG) and 3659 (SIZE, MDTM, MLST, MLSD).
    enum Verb: String, CaseIterable {
        case user = "USER", pass = "PASS", acct = "ACCT", cwd = "CWD", cdup = "CDUP", smnt = "SMNT", rein = "REIN", quit = "QUIT"
        case port = "PORT", pasv = "PASV", eprt = "EPRT", epsv = "EPSV", type = "TYPE", stru = "STRU", mode = "MODE"
        case retr = "RETR", stor = "STOR", stou = "STOU", appe = "APPE", allo = "ALLO", rest = "REST", rnfr = "RNFR", rnto =
            "RNTO"
        case abor = "ABOR", dele = "DELE", rmd = "RMD", mkd = "MKD", pwd = "PWD", list = "LIST", nlst = "NLST", site = "SITE"
        case syst = "SYST", stat = "STAT", help = "HELP", noop = "NOOP", feat = "FEAT", opts = "OPTS", size = "SIZE", mdtm =
            "MDTM"
        case mlst = "MLST", mlsd = "MLSD", lang = "LANG", auth = "AUTH", pbsz = "PBSZ", prot = "PROT"

        private static let oldNames: [String: Verb] = ["XCWD": .cwd, "XCUP": .cdup, "XPWD": .pwd, "XMKD": .mkd, "XRMD": .rmd]

        init?(_ word: String) {
            guard let verb = Verb.oldNames[word] ?? Verb(rawValue: word) else { return nil }
            self = verb
        }

        /// Asks for something to be written.
        static let writing: Set<Verb> = [.stor, .stou, .appe, .dele, .rmd, .mkd, .rnfr, .rnto]
        /// Understood, and not served: RFC 959 §4.2.1 has 502 for it. PORT and EPRT would let a client aim a connection at a third host
        /// (RFC 2577 §3).
        static let notServed: Set<Verb> = [.port, .eprt, .smnt, .site, .mlst, .mlsd, .lang, .auth, .pbsz, .prot]
        static let withoutLogin: Set<Verb> = [.user, .pass, .rein, .quit, .syst, .help, .noop, .feat, .opts, .stat, .auth, .abor]
        static let withArgument: Set<Verb> = [
            .user, .cwd, .type, .stru, .mode, .retr, .stor, .appe, .rest, .rnfr, .rnto, .dele, .rmd, .mkd, .opts, .size, .mdtm,
        ]
    }

    let verb: Verb
    /// What stands behind the one space after the verb: a name may begin with another.
    let argument: ArraySlice<UInt8>

    /// `nil` for a line that holds no command that any RFC of FTP knows.
    init?(_ line: [UInt8]) {
        let word = line.prefix { $0 != UInt8(ascii: " ") }
        guard word.count <= 4, let verb = Verb(String(decoding: word, as: UTF8.self).uppercased()) else { return nil }
        self.verb = verb
        argument = line[word.endIndex...].dropFirst()
    }

    /// The argument in capital letters, for those that are words.
    var word: String { String(decoding: argument, as: UTF8.self).uppercased() }
}
