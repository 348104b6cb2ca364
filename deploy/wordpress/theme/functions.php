<?php
add_action(
	'after_setup_theme',
	function () {
		add_theme_support( 'title-tag' );
		add_theme_support( 'post-thumbnails' );
		add_theme_support( 'automatic-feed-links' );
		add_theme_support( 'responsive-embeds' );
		add_theme_support( 'html5', array( 'script', 'style', 'gallery', 'caption' ) );
	}
);

add_action(
	'wp_enqueue_scripts',
	function () {
		wp_enqueue_style( 'tideline', get_stylesheet_uri(), array(), (string) filemtime( __DIR__ . '/style.css' ) );
	}
);

// The excerpt is the description, unless an SEO plugin writes one of its own.
add_action(
	'wp_head',
	function () {
		if ( is_singular() && has_excerpt() ) {
			printf( "<meta name=\"description\" content=\"%s\">\n", esc_attr( wp_strip_all_tags( get_the_excerpt() ) ) );
		}
	},
	1
);

// Its script would ask another host for pictures of emoji.
remove_action( 'wp_head', 'print_emoji_detection_script', 7 );
remove_action( 'wp_print_styles', 'print_emoji_styles' );
