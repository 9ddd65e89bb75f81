namespace brainmvp {} // a module needs one source
