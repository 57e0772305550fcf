/** Reports what a step found. */
export type Report = (step: string, ...findings: string[]) => void;

/** Prints each step under a number of its own. */
export function numberedSteps(print: (line: string) => void): Report {
  let number = 0;
  return (step, ...findings) => {
    number += 1;
    print(`${number}. ${step}`);
    for (const finding of findings) print(`   ${finding.replaceAll("\n", "\n   ")}`);
  };
}
