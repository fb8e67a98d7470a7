import Daemon
import LinuxSystem

#if canImport(Glibc)
    import Glibc
#endif

/// The command `bellhop`.
package enum BellhopCommand {
    private typealias Command = (grammar: Arguments.Grammar, run: (Arguments) throws(Exit) -> Void)

    private static var commands: [Command] {
        [
            (RunCommand.grammar, RunCommand.run),
            (CheckCommand.grammar, CheckCommand.run),
            (LintCommand.grammar, LintCommand.run),
            (ExplainCommand.grammar, ExplainCommand.run),
            (ReplayCommand.grammar, ReplayCommand.run),
            (PageCommand.grammar, PageCommand.run),
            (WhyCommand.grammar, WhyCommand.run),
            (DevicesCommand.grammar, DevicesCommand.run),
            (TimelineCommand.grammar, TimelineCommand.run),
            (WatchCommand.grammar, WatchCommand.run),
            (RenderCommand.grammar, RenderCommand.run),
            (VendorsCommand.grammar, VendorsCommand.run),
            (FleetCommand.grammar, FleetCommand.run),
            (ResyncCommand.grammar, ResyncCommand.run),
            (CompletionCommand.grammar, CompletionCommand.run),
        ]
    }

    static var grammars: [Arguments.Grammar] { commands.map(\.grammar) }

    package static func main() -> Never {
        Signals.ignoreBrokenPipes()
        let words = Array(Swift.CommandLine.arguments.dropFirst())
        do throws(Exit) {
            try run(words)
            exit(Exit.Status.success.rawValue)
        } catch {
            if let sentence = error.sentence { _ = StandardError.write("bellhop: \(sentence)\n") }
            exit(error.status.rawValue)
        }
    }

    private static func run(_ words: [String]) throws(Exit) {
        guard let name = words.first else { throw Exit(.usage, "say what to do\n\(help)") }
        if ["help", "--help", "-h"].contains(name) { return say(help) }
        if name == "--version" || name == "version" { return say("bellhop \(bellhopBuild)") }
        guard let (grammar, command) = commands.first(where: { $0.grammar.command == name }) else {
            throw Exit(.usage, "\"\(name)\" is no command\n\(help)")
        }
        if words.dropFirst().contains("--help") { return say("usage: bellhop \(name) \(grammar.usage)") }
        try command(try Arguments(words.dropFirst(), grammar))
    }

    private static var help: String {
        let lines = commands.map { "  bellhop \($0.grammar.command) \($0.grammar.usage)" }
        return "usage:\n" + lines.joined(separator: "\n") + "\n  bellhop --version"
    }

    static func say(_ text: String) {
        _ = StandardOutput.write(text + "\n")
    }
}
