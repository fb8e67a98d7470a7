import FleetStore
import JSONText
import LinuxSystem
import PostgreSQL
import Provisioning
import StatusPage

/// `bellhop fleet`: what the owner of the fleet's database does.
enum FleetCommand {
    static let grammar = Arguments.Grammar(
        command: "fleet",
        usage: "migrate [--keep DAYS] | add SITE [--role ROLE] [--sees-all] | sites   "
            + "[--database URL] [--password-file FILE] [--config FILE] [--json]",
        values: [
            "--config": "FILE", "--database": "URL", "--password-file": "FILE", "--keep": "DAYS", "--role": "ROLE",
        ], switches: ["--sees-all", "--json"], words: 1...2)

    static func run(_ arguments: Arguments) throws(Exit) {
        switch (arguments.words[0], arguments.words.count) {
        case ("migrate", 1): try migrate(arguments)
        case ("add", 2): try add(arguments)
        case ("sites", 1): try sites(arguments)
        default: throw Exit(.usage, "usage: bellhop fleet \(grammar.usage)")
        }
    }

    private static func migrate(_ arguments: Arguments) throws(Exit) {
        let keep = try arguments.value("--keep", expected: "a number of days, 1 to 3650") {
            Int($0).flatMap { (1...3650).contains($0) ? $0 : nil }
        }
        let (before, after) = try FleetAccess(arguments).connect { connection throws(DatabaseError) in
            try FleetAdministration(connection).migrate(keepDays: keep)
        }
        let told = JSONValue.object([("before", .number(before)), ("schema", .number(after))])
        let text = before == after ? "schema \(after): nothing to do" : "schema \(before) is now \(after)"
        BellhopCommand.say(arguments.has("--json") ? told.prettyText : text)
    }

    private static func add(_ arguments: Arguments) throws(Exit) {
        let site = arguments.words[1]
        guard FleetSettings.name(site) != nil else {
            throw Exit(.usage, "\"\(site)\" is no name of a site: at most 63 letters, digits, - _ and .")
        }
        let role = arguments.text("--role") ?? "bellhop_" + site.lowercased().map { $0 == "-" || $0 == "." ? "_" : $0 }
        let isNew = try FleetAccess(arguments).connect { connection throws(DatabaseError) in
            try FleetAdministration(connection).add(site: site, role: role, seesAll: arguments.has("--sees-all"))
        }
        let told = JSONValue.object([("site", .string(site)), ("role", .string(role)), ("new", .bool(isNew))])
        let text =
            "the site \(site) ships as the role \(role)" + (isNew ? "; give it a password: \\password \(role) in psql" : "")
        BellhopCommand.say(arguments.has("--json") ? told.prettyText : text)
    }

    private static func sites(_ arguments: Arguments) throws(Exit) {
        let now = thisMoment()
        let sites = try FleetAccess(arguments).read { reader throws(DatabaseError) in try reader.sites() }
        if arguments.has("--json") {
            return BellhopCommand.say(
                JSONValue.object([("sites", .array(sites.map { Records.reports.site($0, now: now) }))]).prettyText)
        }
        let today = date(now)
        var table = TextTable(["SITE", "STATE", "HEARD", "PHONES", "WAITING", "LOST"])
        for site in sites {
            table.add([
                site.name, site.isQuiet(at: now) ? "quiet" : "here", site.heard.map { dateAndClock($0, today: today) } ?? "never",
                "\(site.stages.values.reduce(0, +))", "\(site.waiting)", "\(site.lost)",
            ])
        }
        for line in table.lines(width: StandardOutput.terminalWidth) { BellhopCommand.say(line) }
    }
}
