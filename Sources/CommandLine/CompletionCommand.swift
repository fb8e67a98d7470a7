/// `bellhop completion bash|zsh`: a script for the shell, made from what the commands understand.
enum CompletionCommand {
    static let grammar = Arguments.Grammar(command: "completion", usage: "bash|zsh", words: 1...1)

    static func run(_ arguments: Arguments) throws(Exit) {
        let grammars = BellhopCommand.grammars
        switch arguments.words[0] {
        case "bash": BellhopCommand.say(bash(grammars))
        case "zsh": BellhopCommand.say(zsh(grammars))
        case let shell: throw Exit(.usage, "\"\(shell)\" is neither bash nor zsh")
        }
    }

    /// For `/usr/share/bash-completion/completions/bellhop`.
    static func bash(_ grammars: [Arguments.Grammar]) -> String {
        let flags = grammars.map { "        \($0.command)) flags='\($0.flags.joined(separator: " "))' ;;" }
        return """
            _bellhop() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags=''
                COMPREPLY=()
                case $before in
                \(bashValues(grammars))
                esac
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W '\(grammars.map(\.command).joined(separator: " ")) help --version' -- "$word"))
                    return
                fi
                case ${COMP_WORDS[1]} in
            \(flags.joined(separator: "\n"))
                esac
                case $word in
                -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
                *) COMPREPLY=($(compgen -f -- "$word")) ;;
                esac
            }
            complete -o filenames -F _bellhop bellhop
            """
    }

    /// What follows a flag, by the word that stands for its value.
    private static func bashValues(_ grammars: [Arguments.Grammar]) -> String {
        let values = grammars.flatMap(\.values)
        func flags(_ fits: ((key: String, value: String)) -> Bool) -> [String] { Set(values.filter(fits).map(\.key)).sorted() }
        let isFile: ((key: String, value: String)) -> Bool = { $0.value.hasPrefix("FILE") || $0.value.hasPrefix("OUT") }
        let kinds: [(flags: [String], words: String)] = [
            (flags { $0.key == "--interface" }, "-W \"$(ls /sys/class/net)\""), (flags { $0.value == "DIR" }, "-d"),
            (flags(isFile), "-f"), (flags { $0.key != "--interface" && $0.value != "DIR" && !isFile($0) }, ""),
        ]
        return kinds.filter { !$0.flags.isEmpty }.map { kind in
            let found = kind.words.isEmpty ? "" : "COMPREPLY=($(compgen \(kind.words) -- \"$word\")); "
            return "\(kind.flags.joined(separator: "|"))) \(found)return ;;"
        }.joined(separator: "\n    ")
    }

    /// For `/usr/share/zsh/vendor-completions/_bellhop`.
    static func zsh(_ grammars: [Arguments.Grammar]) -> String {
        let commands = grammars.map { grammar in
            let values = grammar.values.map { flag, value in
                // A colon would end the message, and what follows would be called as a function.
                "'*\(flag)=[\(value)]:\(value.replacing(":", with: "\\:")):\(zshAction(flag, value))'"
            }
            let words = values + grammar.switches.map { "'\($0)'" } + ["'*:file:_files'"]
            return "    \(grammar.command)) _arguments \(words.joined(separator: " ")) ;;"
        }
        return """
            #compdef bellhop
            if (( CURRENT == 2 )); then
                compadd \(grammars.map(\.command).joined(separator: " ")) help --version
                return
            fi
            local command=$words[2]
            shift words
            (( CURRENT-- ))
            case $command in
            \(commands.joined(separator: "\n"))
            esac
            """
    }

    private static func zshAction(_ flag: String, _ value: String) -> String {
        switch (flag, value) {
        case ("--interface", _): "_net_interfaces"
        case (_, "DIR"): "_directories"
        case (_, "FILE"), (_, "OUT.pcap"): "_files"
        default: " "
        }
    }
}

extension Arguments.Grammar {
    var flags: [String] { values.map(\.key) + switches + ["--help"] }
}
