import { describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';
import fc from 'fast-check';
import { attachment, downloadName } from './download-name.js';

describe('the name of a download', () => {
  it.each([
    ['tray-7/front', 'image/jpeg', 'front.jpg'],
    ['front', 'image/png', 'front.png'],
    ['tray-7/front.tif', 'image/webp', 'front.webp'],
    ['tray-7/front.JPEG', 'image/jpeg', 'front.jpg'],
    ['tray.7', 'image/avif', 'tray.7.avif'],
    ['a/b/', 'image/gif', 'b.gif'],
    ['a\\b', 'image/tiff', 'b.tif'],
    ['Tüte №5', 'image/png', 'Tüte №5.png'],
    ['/', 'image/png', 'picture.png'],
    ['..', 'image/png', 'picture.png'],
    ['../../.ssh', 'image/png', 'ssh.png'],
    ['.png', 'image/png', 'picture.png'],
    ['CON', 'image/png', '_CON.png'],
    ['aux.txt', 'image/png', '_aux.txt.png'],
    ['console', 'image/png', 'console.png'],
    ['a"b<c>|?*:', 'image/png', 'a_b_c_____.png'],
    ['photo\u202egnp.exe', 'image/png', 'photognp.exe.png'],
    ['a\r\nSet-Cookie: b', 'image/png', 'aSet-Cookie_ b.png'],
    ['a\u0000b\ud800c', 'image/png', 'abc.png'],
    ['front', 'application/octet-stream', 'front'],
  ])('%j as %s is %j', (key, mediaType, name) => {
    expect(downloadName(key, mediaType)).toBe(name);
  });

  it('is cut between characters, and keeps its extension', () => {
    const name = downloadName('👩‍🚀ß'.repeat(200), 'image/jpeg');
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(name)).toBeGreaterThan(180);
    expect(name).toMatch(/^[👩🚀ß]+\.jpg$/u);
  });

  it('of any key is one that no file system and no reader takes for something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (key) => {
        const name = downloadName(key, 'image/jpeg');
        expect(name).toMatch(
          /^[^.<>:"|?*/\\\p{C}\p{Zl}\p{Zp}][^<>:"|?*/\\\p{C}\p{Zl}\p{Zp}]*\.jpg$/u,
        );
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });
});

describe('Content-Disposition', () => {
  it.each([
    ['front.jpg', 'attachment; filename=front.jpg'],
    ['front side.jpg', 'attachment; filename="front side.jpg"'],
    ['Tüte.jpg', `attachment; filename=Tute.jpg; filename*=UTF-8''T%C3%BCte.jpg`],
    ['日本.jpg', `attachment; filename=__.jpg; filename*=UTF-8''%E6%97%A5%E6%9C%AC.jpg`],
    ['50%20.jpg', `attachment; filename=50_20.jpg; filename*=UTF-8''50%2520.jpg`],
    ['a／b.jpg', `attachment; filename=a_b.jpg; filename*=UTF-8''a%EF%BC%8Fb.jpg`],
    ['a"; filename=b.exe', 'attachment; filename="a_; filename=b.exe"'],
    ['a\r\nX: y', 'attachment; filename="aX_ y"'],
  ])('of %j is %s', (name, header) => {
    expect(attachment(name)).toBe(header);
  });

  it('of any name is a header of one line that says what downloadName made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (key) => {
        const name = downloadName(key, 'image/png');
        const header = attachment(name);
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        expect(parse(header)).toMatchObject({ type: 'attachment', parameters: { filename: name } });
      }),
    );
  });
});
