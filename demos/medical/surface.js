// The surface, turned with a pointer or arrow keys: a few lines of WebGL 2 rather than a library.
import { address, ask } from './server.js';
import { parseGlb } from './glb.js';

const VERTEX = `#version 300 es
in vec3 position, normal;
uniform mat3 turn;
uniform vec3 middle;
uniform vec2 scale;
uniform float depth;
out vec3 facing;
void main() {
  facing = turn * normal;
  vec3 p = turn * (position - middle);
  gl_Position = vec4(p.x * scale.x, p.y * scale.y, -p.z * depth, 1.);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec3 facing;
uniform vec4 color;
out vec4 result;
void main() {
  vec3 n = normalize(gl_FrontFacing ? facing : -facing);
  float light = .32 + .58 * max(dot(n, normalize(vec3(-.35, .45, .82))), 0.) + .18 * max(dot(n, normalize(vec3(.8, -.1, .4))), 0.);
  float edge = color.a < 1. ? mix(1.6, .55, abs(n.z)) : 1.;
  result = vec4(color.rgb * light * color.a * edge, color.a * edge);
}`;
const FIRST = [-.5, .12]; // radians: from the front, a little from the patient's right and above

export class SurfaceView {
  constructor(figure, viewer, words, explain) {
    Object.assign(this, { figure, viewer, words, explain, angles: [...FIRST], zoom: 1.5, parts: [] });
    this.canvas = figure.querySelector('canvas');
    this.button = figure.querySelector('.md-make');
    this.said = figure.querySelector('.md-said');
    this.button.addEventListener('click', () => this.make());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.listen();
  }

  // Another finding: its surface is made when someone wants to see it; at once where one was on show.
  open(scan, again) {
    Object.assign(this, { scan, parts: [] });
    this.figure.dataset.state = 'none';
    this.button.hidden = !scan.finding;
    this.figure.hidden = Math.min(...scan.shape) < 2; // one slice has none
    this.say(scan.finding ? '' : this.words.surface_none);
    if (again && scan.finding) this.make();
    else this.draw();
  }

  get shown() { return this.figure.dataset.state === 'shown'; }

  say(text) {
    this.said.textContent = text;
    this.said.hidden = !text;
  }

  async make() {
    const { scan, words } = this, { finding } = scan;
    this.button.hidden = true;
    this.say(words.surface_making);
    try {
      if (!this.prepare()) return this.say(words.surface_webgl);
      const raw = await (await ask(address(scan.token, 'tasks', finding.task, 'surface'))).arrayBuffer();
      if (scan !== this.scan || finding !== scan.finding) return; // another one has been opened meanwhile
      if (!raw.byteLength) return this.say(words.surface_none);
      this.load(parseGlb(raw));
      this.say('');
      this.figure.dataset.state = 'shown';
      this.draw();
    } catch (error) {
      if (scan !== this.scan || finding !== scan.finding) return;
      this.say(this.explain(error));
      this.button.hidden = false;
    }
  }

  prepare() {
    if (this.gl) return true;
    const gl = this.canvas.getContext('webgl2', { antialias: true, alpha: true, preserveDrawingBuffer: true });
    if (!gl) return false;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    this.at = (name) => gl.getUniformLocation(program, name);
    this.program = program;
    this.gl = gl;
    return true;
  }

  load(meshes) {
    const { gl, program } = this;
    const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
    for (const part of this.buffers || []) gl.deleteBuffer(part);
    this.buffers = [];
    const fill = (target, values) => {
      const made = gl.createBuffer();
      this.buffers.push(made);
      gl.bindBuffer(target, made);
      gl.bufferData(target, values, gl.STATIC_DRAW);
    };
    this.parts = meshes.map(({ name, color, positions, normals, indices }) => {
      for (let i = 0; i < positions.length; i++) {
        low[i % 3] = Math.min(low[i % 3], positions[i]);
        high[i % 3] = Math.max(high[i % 3], positions[i]);
      }
      const vertices = gl.createVertexArray();
      gl.bindVertexArray(vertices);
      for (const [attribute, values] of [['position', positions], ['normal', normals]]) {
        fill(gl.ARRAY_BUFFER, values);
        const place = gl.getAttribLocation(program, attribute);
        gl.enableVertexAttribArray(place);
        gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
      }
      fill(gl.ELEMENT_ARRAY_BUFFER, new Uint32Array(indices));
      return { name, color, vertices, count: indices.length };
    });
    this.middle = low.map((v, i) => (v + high[i]) / 2);
    this.radius = Math.hypot(...low.map((v, i) => high[i] - v)) / 2;
  }

  // Columns: where right, anterior and superior go in the picture; the viewer looks at the face.
  turn() {
    const [a, b] = this.angles, [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    return [-ca, -sb * sa, cb * sa, sa, -sb * ca, cb * ca, 0, cb, sb];
  }

  draw() {
    const { gl, canvas } = this;
    if (!gl || !canvas.clientWidth) return;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((v) => Math.round(v * devicePixelRatio));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!this.parts.length) return;
    const unit = (this.zoom * Math.min(width, height)) / this.radius;
    gl.uniform2f(this.at('scale'), unit / width, unit / height);
    gl.uniform1f(this.at('depth'), .95 / this.radius);
    gl.uniformMatrix3fv(this.at('turn'), false, this.turn());
    gl.uniform3fv(this.at('middle'), this.middle);
    gl.enable(gl.DEPTH_TEST);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const { color, vertices, count } of this.parts) {
      const clear = color[3] < 1;
      gl[clear ? 'enable' : 'disable'](gl.BLEND);
      gl.depthMask(!clear);
      gl.uniform4fv(this.at('color'), color);
      gl.bindVertexArray(vertices);
      gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
    }
    gl.depthMask(true);
  }

  later() {
    this.asked ??= requestAnimationFrame(() => { this.asked = null; this.draw(); });
  }

  turnBy(x, y) {
    this.angles[0] += x;
    this.angles[1] = Math.min(Math.max(this.angles[1] + y, -1.55), 1.55);
    this.later();
  }

  zoomBy(factor) {
    this.zoom = Math.min(Math.max(this.zoom * factor, .5), 8);
    this.later();
  }

  listen() {
    const { canvas } = this;
    let held = null;
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.shown) return;
      canvas.setPointerCapture(event.pointerId);
      held = [event.clientX, event.clientY];
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!held) return;
      this.turnBy((event.clientX - held[0]) / 120, (event.clientY - held[1]) / 120);
      held = [event.clientX, event.clientY];
    });
    for (const kind of ['pointerup', 'pointercancel']) canvas.addEventListener(kind, () => { held = null; });
    canvas.addEventListener('wheel', (event) => {
      if (!this.shown) return;
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 400));
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      const { key } = event;
      const turns = { ArrowLeft: [-.15, 0], ArrowRight: [.15, 0], ArrowUp: [0, -.15], ArrowDown: [0, .15] };
      if (turns[key]) this.turnBy(...turns[key]);
      else if (key === '+' || key === '=') this.zoomBy(1.2);
      else if (key === '-') this.zoomBy(1 / 1.2);
      else return;
      event.preventDefault();
    });
  }
}
