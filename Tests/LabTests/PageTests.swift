import Foundation
import Packets
import TestSupport
import Testing

//  bellhop and a browser    wire: the phones
//  10.9.0.1                 10.9.1.1, 10.9.1.2, …
//     └──────── switch ────────┘
extension LabTests.Files {
    @Suite(.scene(WhyScene.self)) struct PageTests {
        private let lab: WhyScene = scene()
        private static let page = "http://127.0.0.1:8067/"

        /// What came with the program's page for people to look at; written anew where GOLDEN_WRITE is set.
        private func picture(_ browser: Browser, _ name: String) throws {
            let picture = try browser.screenshot()
            #expect(picture.count > 5000)
            guard ProcessInfo.processInfo.environment["GOLDEN_WRITE"] != nil else { return }
            try picture.write(to: repository.appending(path: "docs/images/\(name).png"))
        }

        private func row(_ mac: MACAddress) -> String { "document.querySelector('tr[data-mac=\"\(mac.colons)\"]')" }

        @Test func `phones appear, move through their stages and draw their waterfall without a reload`() throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            try browser.open(PageTests.page)
            try browser.wait(for: "document.getElementById('live').textContent === 'live'")
            try picture(browser, "page-empty")
            try browser.run("window.sameAsBefore = true")
            let mac = MACAddress(bits: 0x0004_1300_0031)
            let address = IPv4Address(10, 9, 1, 0x31)
            try lab.send(.inform, mac, from: address)
            try browser.wait(for: "\(row(mac))?.querySelector('.badge').textContent === 'answered'")
            _ = try lab.fetch("snomD735.htm", as: address)
            try browser.wait(for: "\(row(mac))?.querySelector('.badge').textContent === 'done'")
            for number in 0..<6 {
                let other = MACAddress(bits: 0x0004_1300_0040 + UInt64(number))
                try lab.send(.inform, other, from: IPv4Address(10, 9, 1, 0x40 + UInt8(number)))
                if number % 2 == 0 { _ = try lab.fetch("snomD735.htm", as: IPv4Address(10, 9, 1, 0x40 + UInt8(number))) }
            }
            try browser.wait(for: "document.querySelectorAll('#phones tbody tr').length === 7")
            for (name, isDark) in [("page-light", false), ("page-dark", true)] {
                try browser.prefers(dark: isDark)
                try picture(browser, name)
            }
            try browser.screen(width: 390, height: 800)
            #expect(try browser.text("document.documentElement.scrollWidth <= 390") == "true")
            try picture(browser, "page-narrow")
            try browser.screen(width: 1200, height: 900)
            try browser.prefers(dark: false)
            try browser.run("\(row(mac)).click()")
            try browser.wait(for: "document.getElementById('detail').open")
            try browser.wait(for: "document.getElementById('verdict').textContent.startsWith('It fetched everything')")
            #expect(try browser.text("document.querySelectorAll('#waterfall rect').length") == "2")
            #expect(try browser.text("document.querySelectorAll('#timeline li').length") == "2")
            try picture(browser, "page-phone")
            #expect(try browser.text("window.sameAsBefore") == "true")
        }

        @Test func `T12 what a phone sent is text on the page, and never an element`() throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            let mac = MACAddress(bits: 0x0004_1300_0032)
            let address = IPv4Address(10, 9, 1, 0x32)
            try lab.send(.inform, mac, from: address) {
                $0.options[.vendorClass] = Array("snom<img src=x onerror=alert(1)>".utf8)[...]
            }
            let hostile = "%3Cscript%3Ealert(1)%3C%2Fscript%3E.cfg"
            _ = try lab.fetch(
                "snomD735.htm", as: address, "-A",
                "<b>Mozilla</b> snomD735-SIP 1<svg/onload=alert(1)> \"'><script>alert(2)</script>")
            _ = try lab.fetch("%3Cimg%20src=x%20onerror=alert(1)%3E.cfg?\(hostile)", as: address)
            try browser.open(PageTests.page)
            try browser.wait(for: "\(row(mac)) !== null")
            let before = try browser.text("document.querySelectorAll('script').length")
            try browser.run("\(row(mac)).click()")
            try browser.wait(for: "document.querySelectorAll('#timeline li').length >= 3")
            #expect(try browser.text("document.querySelectorAll('img, svg[onload], iframe, #timeline script').length") == "0")
            #expect(try browser.text("document.querySelectorAll('script').length") == before)
            #expect(
                try browser.text("[...new Set([...document.querySelectorAll('#timeline *')].map(e => e.tagName))].sort().join()")
                    == "B,LI")
            #expect(
                try browser.text("document.getElementById('timeline').textContent.includes('<svg/onload=alert(1)>')") == "true")
        }

        @Test func `a filter shows what fits it, and keeps up with what changes`() throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            let (one, other) = (MACAddress(bits: 0x0004_1300_0033), MACAddress(bits: 0x0004_1300_0034))
            try lab.send(.inform, one, from: IPv4Address(10, 9, 1, 0x33))
            try lab.send(.inform, other, from: IPv4Address(10, 9, 1, 0x34))
            try browser.open(PageTests.page)
            try browser.wait(for: "\(row(one)) !== null && \(row(other)) !== null")
            try browser.run("const t = document.getElementById('text'); t.value = '00:33'; t.dispatchEvent(new Event('input'))")
            try browser.wait(for: "\(row(one)) !== null && \(row(other)) === null")
            try browser.run(
                "document.getElementById('text').value = ''; const s = document.getElementById('stage'); s.value = 'done'; "
                    + "s.dispatchEvent(new Event('change'))")
            try browser.wait(for: "\(row(one)) === null && \(row(other)) === null")
            _ = try lab.fetch("snomD735.htm", as: IPv4Address(10, 9, 1, 0x34))
            try browser.wait(for: "\(row(one)) === null && \(row(other)) !== null")
        }

        @Test func `the vendor's filter, the counters and other servers keep up, and keys move through the list`() throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            let (snom, yealink) = (MACAddress(bits: 0x0004_1300_0061), MACAddress(bits: 0x805e_c000_0062))
            try browser.open(PageTests.page)
            try browser.wait(for: "document.getElementById('live').textContent === 'live'")
            try lab.send(.inform, snom, from: IPv4Address(10, 9, 1, 0x61))
            try lab.send(.inform, yealink, from: IPv4Address(10, 9, 1, 0x62)) {
                $0.options[.vendorClass] = Array("yealink".utf8)[...]
            }
            try browser.wait(for: "\(row(snom)) !== null && \(row(yealink)) !== null")
            try browser.wait(for: "[...document.getElementById('vendor').options].some(one => one.value === 'yealink')")
            func choose(_ vendor: String) throws {
                try browser.run(
                    "const v = document.getElementById('vendor'); v.value = '\(vendor)'; v.dispatchEvent(new Event('change'))")
            }
            try choose("yealink")
            try browser.wait(for: "\(row(snom)) === null && \(row(yealink)) !== null")
            try choose("")
            try browser.wait(for: "\(row(snom)) !== null")

            let counter = "[...document.querySelectorAll('#counters div')].find(one => one.firstChild.textContent === 'ignored')"
            let before = try #require(Int(try browser.text("Number(\(counter)?.lastChild.textContent ?? 0)")))
            try lab.send(.inform, MACAddress(bits: 0x0200_0000_0063), from: IPv4Address(10, 9, 1, 0x63))
            try browser.wait(for: "Number(\(counter)?.lastChild.textContent) > \(before)")

            try lab.otherServer(tells: snom)
            try browser.wait(for: "!document.getElementById('servers-section').hidden")
            try browser.wait(
                for: "document.getElementById('servers').textContent.includes('10.9.0.66 (02:00:00:00:00:66) on lab0')")

            func press(_ key: String) throws {
                let code = ["Enter": 13, "ArrowUp": 38, "ArrowDown": 40][key] ?? 0
                for type in ["keyDown", "keyUp"] {
                    try browser.command("Input.dispatchKeyEvent", ["type": type, "key": key, "windowsVirtualKeyCode": code])
                }
            }
            let rows = "[...document.querySelectorAll('#phones tbody tr[data-mac]')]"
            try browser.run("\(rows)[0].focus()")
            try press("ArrowDown")
            try browser.wait(for: "\(rows).indexOf(document.activeElement) === 1")
            try press("ArrowUp")
            try browser.wait(for: "\(rows).indexOf(document.activeElement) === 0")
            let first = try browser.text("\(rows)[0].dataset.mac")
            try press("Enter")
            try browser.wait(for: "document.getElementById('detail').open")
            #expect(try browser.text("document.getElementById('detail-heading').textContent").hasPrefix(first))
        }

        /// As `promtool check metrics` wants it, and the text format, version 0.0.4: a family's HELP and TYPE once each and in this order,
        /// its samples together behind them, no series twice, a line's end at the end.
        @Test func `metrics are as Prometheus reads them`() throws {
            let answer = try lab.server.run("curl", "-sS", "-i", "\(PageTests.page)metrics").output
            #expect(answer.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            let text = try #require(answer.split(separator: "\r\n\r\n", maxSplits: 1).last)
            #expect(text.hasSuffix("\n") && !text.contains("\n\n") && !text.contains("\r"))
            var family = (name: "", isTyped: false)
            var families: Set<String> = []
            var series: Set<String> = []
            for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
                if let match = line.wholeMatch(of: /# HELP (bellhop_[a-z_]+) (.+)/) {
                    #expect(families.insert(String(match.1)).inserted, "\(line) stands twice")
                    family = (String(match.1), false)
                } else if let match = line.wholeMatch(of: /# TYPE (bellhop_[a-z_]+) (counter|gauge)/) {
                    #expect(match.1 == family.name && !family.isTyped, "\(line) has no HELP before it")
                    #expect((match.2 == "counter") == match.1.hasSuffix("_total"), "\(line)")
                    family.isTyped = true
                } else {
                    let match = line.wholeMatch(
                        of:
                            /((bellhop_[a-z_]+)(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})?) [0-9]+/
                    )
                    let found = try #require(match, "\(line)")
                    #expect(found.2 == family.name && family.isTyped, "\(line) stands with another family")
                    #expect(series.insert(String(found.1)).inserted, "\(line) stands twice")
                }
            }
            #expect(families.isSuperset(of: ["bellhop_phones", "bellhop_events_total", "bellhop_ledger_events_dropped_total"]))
        }
    }
}
