import Foundation
import Packets
import Testing

extension LabTests.Files {
    /// What the page does while phones, its reader and the daemon each go their way.
    @Suite(.scene(WhyScene.self)) struct PageLiveTests {
        private let lab: WhyScene = scene()
        private static let page = "http://127.0.0.1:8067/"
        private static let isLive = "document.getElementById('live').textContent === 'live'"

        private func browser(before script: String = "") throws -> Browser {
            let browser = try Browser(on: lab.server)
            if !script.isEmpty { try browser.command("Page.addScriptToEvaluateOnNewDocument", ["source": script]) }
            try browser.open(PageLiveTests.page)
            try browser.wait(for: PageLiveTests.isLive)
            return browser
        }

        private func phone(_ number: UInt8) -> (mac: MACAddress, address: IPv4Address) {
            (MACAddress(bits: 0x0004_1300_0000 + UInt64(number)), IPv4Address(10, 9, 1, number))
        }

        private func row(_ mac: MACAddress) -> String { "document.querySelector('tr[data-mac=\"\(mac.colons)\"]')" }

        private func hasStage(_ stage: String, _ mac: MACAddress) -> String {
            "\(row(mac))?.querySelector('.badge').textContent === '\(stage)'"
        }

        private func find(_ text: String, in browser: Browser) throws {
            try browser.run("const t = document.getElementById('text'); t.value = '\(text)'; t.dispatchEvent(new Event('input'))")
        }

        @Test(arguments: ["000413000051", "00-04-13-00-00-51", "130000:51"])
        func `a phone found by a MAC address without colons stays when it changes`(text: String) throws {
            let browser = try browser()
            defer { browser.end() }
            let (mac, address) = phone(0x51)
            try lab.send(.inform, phone(0x52).mac, from: phone(0x52).address)
            try lab.send(.inform, mac, from: address)
            try browser.wait(for: "\(row(mac)) !== null && \(row(phone(0x52).mac)) !== null")
            try find(text, in: browser)
            try browser.wait(for: "\(row(mac)) !== null && \(row(phone(0x52).mac)) === null")
            let before = try browser.text("\(row(mac)).textContent")
            // The time it was heard last is in the row: it changes with each frame a second apart.
            try eventually("the phone's row never changed") {
                try lab.send(.inform, mac, from: address)
                return try browser.text("\(row(mac))?.textContent") != before
            }
            #expect(try browser.text("\(row(mac)) !== null") == "true")
        }

        @Test func `a filter that nothing fits says so`() throws {
            let browser = try browser()
            defer { browser.end() }
            try lab.send(.inform, phone(0x53).mac, from: phone(0x53).address)
            try browser.wait(for: "\(row(phone(0x53).mac)) !== null")
            try find("no such phone", in: browser)
            try browser.wait(for: "\(row(phone(0x53).mac)) === null")
            #expect(try browser.text("document.getElementById('empty').hidden") == "true")
            #expect(try browser.text("document.getElementById('unmatched').checkVisibility()") == "true")
        }

        @Test func `a dialog that was closed while it was asked for anew stays closed`() throws {
            // Holds what the daemon answered back where the test says so.
            let browser = try browser(
                before: """
                    const json = Response.prototype.json;
                    Response.prototype.json = async function () {
                      const body = await json.call(this);
                      if (window.gate) { window.held += 1; await window.gate; }
                      return body;
                    };
                    """)
            defer { browser.end() }
            let (mac, address) = phone(0x54)
            try lab.send(.inform, mac, from: address)
            try browser.wait(for: "\(row(mac)) !== null")
            try browser.run("\(row(mac)).click()")
            try browser.wait(for: "document.getElementById('detail').open")
            try browser.run("window.held = 0; window.gate = new Promise((resolve) => { window.release = resolve })")
            _ = try lab.fetch("snomD735.htm", as: address)
            try browser.wait(for: "window.held >= 2 && \(hasStage("done", mac))")
            for type in ["rawKeyDown", "keyUp"] {
                try browser.command("Input.dispatchKeyEvent", ["type": type, "key": "Escape", "windowsVirtualKeyCode": 27])
            }
            try browser.wait(for: "!document.getElementById('detail').open")
            try browser.run("window.gate = undefined; window.release()")
            #expect(try browser.text("document.getElementById('detail').open") == "false")
            try browser.run("\(row(mac)).click()")
            try browser.wait(for: "document.getElementById('detail').open")
        }

        @Test func `a reader's place is kept while phones and counts change`() throws {
            let browser = try browser()
            defer { browser.end() }
            let (mac, address) = phone(0x55)
            try lab.send(.inform, mac, from: address)
            try browser.wait(for: hasStage("answered", mac))
            try browser.run("window.row = \(row(mac)); window.row.focus()")
            _ = try lab.fetch("snomD735.htm", as: address)
            try browser.wait(for: hasStage("done", mac))
            #expect(try browser.text("\(row(mac)) === window.row && document.activeElement === window.row") == "true")
            let button = "document.querySelector('#stages button.stage-answered')"
            try browser.run("window.button = \(button); window.button.focus(); window.button.click()")
            #expect(try browser.text("window.button.getAttribute('aria-pressed')") == "true")
            try browser.wait(for: "\(row(mac)) === null")
            let count = try browser.text("\(button).textContent")
            try lab.send(.inform, phone(0x56).mac, from: phone(0x56).address)
            try browser.wait(for: "\(button).textContent !== '\(count)'")
            #expect(try browser.text("\(button) === window.button && document.activeElement === window.button") == "true")
        }

        @Test func `the plot has a sample every ten seconds, and none that is older than an hour`() throws {
            let browser = try browser(
                before: """
                    const clock = Date;
                    window.ahead = 0;
                    window.Date = class extends clock {
                      constructor(...given) { super(...(given.length ? given : [clock.now() + window.ahead])); }
                    };
                    window.setInterval = (tick, pause) => { window.tick = () => { window.ahead += pause; tick(); }; };
                    """)
            defer { browser.end() }
            let points = "document.querySelector('#plot polygon').getAttribute('points').split(' ').length / 2"
            let counted = "document.querySelector('#stages button.stage-answered strong').textContent"
            func count(_ number: UInt8) throws {
                let before = try browser.text(counted)
                try lab.send(.inform, phone(number).mac, from: phone(number).address)
                try browser.wait(for: "\(counted) !== '\(before)'")
            }
            try count(0x57)
            let before = try browser.text(points)
            for number in UInt8(0x58)...0x5b { try count(number) }
            #expect(try browser.text(points) == before)
            try browser.run("window.tick()")
            try browser.run("for (let turn = 0; turn < 400; turn += 1) window.tick()")
            // The ticks are a little more than ten seconds apart.
            #expect(try ["360", "361"].contains(browser.text(points)))
        }

        @Test func `a page too many says that it is not live, and becomes so when there is room`() throws {
            let others = try lab.server.start(
                "curl", "-sSN", "-Z", "--parallel-immediate", "--max-time", "300",
                "\(PageLiveTests.page)api/v1/stream?[1-24]")
            defer { others.end() }
            let stream = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "1", "\(PageLiveTests.page)api/v1/stream"]
            try eventually("there was always room for a page", showing: { others.text }) {
                try lab.server.run("curl", stream).output == "503"
            }
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            try browser.open(PageLiveTests.page)
            try browser.wait(for: "document.getElementById('live').textContent.startsWith('not live: ')")
            others.end()
            // That a page went away is noticed when it is told something.
            try eventually("the page never became live", within: 60) {
                try lab.send(.inform, phone(0x5c).mac, from: phone(0x5c).address)
                return try browser.text(PageLiveTests.isLive) == "true"
            }
        }

        @Test func `without a ledger the page says that there is none`() throws {
            let lab = try Lab()
            defer { lab.remove() }
            let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
            // Where the database should be there is a folder.
            try lab.write("", to: "state/bellhop.db/file")
            try lab.write("", to: "tree/file")
            let bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
            try bellhop.wait(for: "ledger.unavailable")
            let browser = try Browser(on: server)
            defer { browser.end() }
            try browser.open(PageLiveTests.page)
            try browser.wait(for: "document.getElementById('live').textContent.startsWith('there is no database')")
        }
    }
}
