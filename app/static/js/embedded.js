/* Inside a frame on somebody's website: tells the page around it how high the form is, at first and whenever it changes. The
 * body is as high as the frame, so it is the form's own box that counts. */
const content = document.querySelector("main");
const tell = () => parent.postMessage({ encore: "height", height: Math.ceil(content.getBoundingClientRect().bottom + scrollY) + 8 }, "*");

new ResizeObserver(tell).observe(content);
