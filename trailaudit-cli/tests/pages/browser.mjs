// Chromium over its DevTools protocol, with nothing but Node: what becomes of a page, and what it looks like.
//
//   node browser.mjs look PAGE...               what axe-core, the network and the layout say of each page, as JSON
//   node browser.mjs print PAGE PDF             the page on paper
//   node browser.mjs picture PAGE PNG|WEBP WIDTH light|dark|print [HEIGHT [TOP]]
//
// AXE names the file of axe-core for `look`; CHROMIUM another browser.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How wide a page is looked at, and in which colours. */
const LOOKS = [1280, 390].flatMap((width) => ['light', 'dark'].map((scheme) => ({ width, scheme })));

/** Runs `work` with a page of a browser of its own. */
async function browse(work) {
    const profile = mkdtempSync(join(tmpdir(), 'pages-'));
    const browser = spawn(process.env.CHROMIUM ?? 'chromium', [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
        '--hide-scrollbars', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } });
    const ended = new Promise((done) => browser.on('exit', done));
    try {
        const socket = new WebSocket(await address(browser));
        await new Promise((open, fail) => Object.assign(socket, { onopen: open, onerror: fail }));
        await work(await attach(socket));
        socket.close();
    } finally {
        browser.kill('SIGKILL');
        await ended;
        rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
}

/** Where the browser listens, which it tells when it has started. */
function address(browser) {
    return new Promise((found, fail) => {
        let told = '';
        browser.on('exit', () => fail(new Error(`the browser ended: ${told}`)));
        browser.on('error', fail);
        browser.stderr.on('data', (text) => {
            told += text;
            const listening = told.match(/DevTools listening on (ws:\S+)/);
            if (listening) found(listening[1]);
        });
    });
}

/** A page, and what it is told: `send` asks, `on` hears. */
async function attach(socket) {
    const waiting = new Map();
    const heard = [];
    let number = 0;
    let sessionId;
    const send = (method, params = {}) => new Promise((done, fail) => {
        number += 1;
        waiting.set(number, { done, fail, method });
        socket.send(JSON.stringify({ id: number, method, params, sessionId }));
    });
    socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (!message.id) {
            heard.push(message);
            return;
        }
        const { done, fail, method } = waiting.get(message.id);
        waiting.delete(message.id);
        message.error ? fail(new Error(`${method}: ${message.error.message}`)) : done(message.result);
    };
    const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
    ({ sessionId } = await send('Target.attachToTarget', { targetId, flatten: true }));
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await send(`${domain}.enable`);
    return { send, heard };
}

async function open({ send, heard }, page, { width, scheme, height = 900 }) {
    heard.length = 0;
    await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await send('Emulation.setEmulatedMedia', {
        media: scheme === 'print' ? 'print' : 'screen',
        features: [{ name: 'prefers-color-scheme', value: scheme === 'dark' ? 'dark' : 'light' }],
    });
    const [file, part] = page.split('#');
    const { errorText } = await send('Page.navigate', { url: pathToFileURL(resolve(file)) + (part ? `#${part}` : '') });
    if (errorText) throw new Error(`${page}: ${errorText}`);
    while (!heard.some(({ method }) => method === 'Page.loadEventFired')) await new Promise((done) => setTimeout(done, 10));
}

async function evaluate({ send }, expression) {
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
}

/** What makes a page wider than its window, if it is: the innermost element that sticks out. */
const wider = (width) => `(() => {
    if (document.documentElement.scrollWidth <= ${width}) return null;
    const out = [...document.body.querySelectorAll('*')].filter((some) => some.getBoundingClientRect().right > ${width} + 1);
    return document.documentElement.scrollWidth + ': ' + (out.pop() ?? document.body).outerHTML.slice(0, 200);
})()`;

/** What is wrong with a page, in one way of looking at it. */
async function look(browser, page, way) {
    await open(browser, page, way);
    const own = String(pathToFileURL(resolve(page)));
    const requests = browser.heard
        .filter(({ method }) => method === 'Network.requestWillBeSent')
        .map(({ params }) => params.request.url)
        .filter((url) => url !== own);
    const logged = browser.heard
        .filter(({ method }) => ['Log.entryAdded', 'Runtime.exceptionThrown', 'Runtime.consoleAPICalled'].includes(method))
        .map(({ params }) => params.entry?.text ?? JSON.stringify(params));
    const scripts = await evaluate(browser, 'document.scripts.length');
    const before = await evaluate(browser, wider(way.width));
    await evaluate(browser, `document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
    const after = await evaluate(browser, wider(way.width));
    await evaluate(browser, readFileSync(process.env.AXE, 'utf8') + ';0');
    const violations = await evaluate(browser, `axe.run(document, { resultTypes: ['violations'] }).then((said) =>
        said.violations.map(({ id, nodes }) => id + ': ' + nodes.length + ' × ' + nodes[0].html.slice(0, 200)
            + ' ' + nodes[0].failureSummary))`);
    const passes = await evaluate(browser, "axe.run(document, { resultTypes: ['passes'] }).then((said) => said.passes.length)");
    return { page, ...way, requests, logged, violations, passes, scripts, wider: before ?? after };
}

async function picture(browser, [page, file, width, scheme, height = 0, top = 0]) {
    await open(browser, page, { width: Number(width), scheme });
    const whole = await evaluate(browser, 'document.documentElement.scrollHeight');
    const clip = { x: 0, y: Number(top), width: Number(width), height: Number(height) || Math.min(whole, 16000), scale: 1 };
    const format = file.endsWith('.webp') ? { format: 'webp', quality: 72 } : { format: 'png' };
    const { data } = await browser.send('Page.captureScreenshot', { ...format, clip, captureBeyondViewport: true });
    writeFileSync(file, Buffer.from(data, 'base64'));
}

async function print(browser, [page, pdf]) {
    await open(browser, page, { width: 1280, scheme: 'print' });
    const { data } = await browser.send('Page.printToPDF', { printBackground: true, preferCSSPageSize: true });
    writeFileSync(pdf, Buffer.from(data, 'base64'));
}

const [what, ...rest] = process.argv.slice(2);
await browse(async (browser) => {
    if (what === 'picture') {
        await picture(browser, rest);
    } else if (what === 'print') {
        await print(browser, rest);
    } else if (what === 'look') {
        const seen = [];
        for (const page of rest) for (const way of LOOKS) seen.push(await look(browser, page, way));
        console.log(JSON.stringify(seen));
    } else {
        throw new Error('look, print or picture');
    }
});
