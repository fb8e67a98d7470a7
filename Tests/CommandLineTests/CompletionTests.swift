import Foundation
import TestSupport
import Testing

@testable import CommandLine

/// What the shells make of the scripts of `bellhop completion`.
@Suite struct CompletionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(CompletionCommand.bash(BellhopCommand.grammars), to: "bellhop.bash")
        try folder.write(CompletionCommand.zsh(BellhopCommand.grammars), to: "_bellhop")
    }

    private func said(by command: String...) throws -> (status: Int32, text: String) {
        let path = "\(folder.path)/said"
        try Data().write(to: URL(filePath: path))
        let output = try #require(FileHandle(forWritingAtPath: path))
        let process = try ChildProcess(
            ChildProcess.Start(
                command: command, environment: ["PATH": "/usr/bin:/bin", "TERM": "dumb", "HOME": folder.path],
                output: output.fileDescriptor, errors: output.fileDescriptor))
        while process.status == nil { usleep(10_000) }
        return (process.status ?? -1, String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self))
    }

    /// - Returns: the words that the last of a line may become.
    private func bash(_ words: String...) throws -> [String] {
        let line = (["bellhop"] + words).map { "'\($0)'" }.joined(separator: " ")
        let script = """
            . \(folder.path)/bellhop.bash
            COMP_WORDS=(\(line)) COMP_CWORD=\(words.count)
            _bellhop
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let (status, text) = try said(by: "/bin/bash", "--norc", "-c", script)
        try #require(status == 0, "\(text)")
        return text.split(separator: "\n").map(String.init)
    }

    @Test func `bash knows the commands, the flags of each, and what follows them`() throws {
        #expect(try bash("ex") == ["explain"])
        #expect(try Set(bash("")).isSuperset(of: BellhopCommand.grammars.map(\.command)))
        #expect(try bash("run", "--obs") == ["--observe"])
        #expect(try bash("check", "--observe").isEmpty)
        #expect(try bash("check", "--config", "\(folder.path)/_bell") == ["\(folder.path)/_bellhop"])
        #expect(try bash("run", "--interface", "l").contains("lo"))
    }

    @Test(arguments: BellhopCommand.grammars.map(\.command))
    func `bash offers every flag of a command`(command: String) throws {
        let grammar = try #require(BellhopCommand.grammars.first { $0.command == command })
        #expect(try bash(command, "--") == grammar.flags.filter { $0.hasPrefix("--") })
    }

    /// In a terminal of its own, as a person types.
    private func zsh(_ line: String, becomes expected: String) throws {
        try folder.write(
            """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PS1=; fpath=(\(folder.path) \\$fpath); autoload -Uz compinit; compinit -D -u; print RE''ADY"
            zpty -r shell said '*READY*'
            zpty -n -w shell "$1"$'\\t'
            text=
            for turn in {1..200}; do
                while zpty -r -t shell said; do text+=$said; done
                [[ $text == *"$2"* ]] && break
                sleep 0.05
            done
            # What comes behind it.
            sleep 0.2
            while zpty -r -t shell said; do text+=$said; done
            zpty -d shell
            print -r -- "$text"
            [[ $text == *"$2"* && $text != *"not found"* ]]
            """, to: "type.zsh")
        let (status, text) = try said(by: "/usr/bin/zsh", "-f", "\(folder.path)/type.zsh", line, expected)
        #expect(status == 0, "\(text)")
    }

    @Test(arguments: [
        ("bellhop exp", "explain"), ("bellhop run --obs", "--observe"), ("bellhop run --admi", "--admin"),
        ("bellhop why --passw", "--password-file"), ("bellhop run --interface l", "lo"),
    ])
    func `zsh completes a line that a person types`(line: String, expected: String) throws {
        try zsh(line, becomes: expected)
    }

    @Test func `zsh finds nothing wrong with its script`() throws {
        #expect(try said(by: "/usr/bin/zsh", "-n", "\(folder.path)/_bellhop") == (0, ""))
    }
}
